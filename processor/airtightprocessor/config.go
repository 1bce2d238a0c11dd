package airtightprocessor

import "github.com/airtight-telemetry/airtight/internal/configguard"

// Config is the processor's configuration: the keys of a policy, and beside them
// policy_file, on_bad_policy, hub and destinations.
type Config = configguard.Config
