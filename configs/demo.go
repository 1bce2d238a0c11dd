package configs

import _ "embed"

//go:embed demo.yaml
var demo string

// Demo returns the Collector config of `airtight demo`, as YAML.
func Demo() string { return demo }
