package configs

import _ "embed"

//go:embed telemetry/never-scan.yaml
var neverScan []byte

//go:embed telemetry/structural.yaml
var structural []byte

// Structural returns the table of fields that a contained source keeps, as YAML: a
// list of name, as in NeverScan, and shape, which may be left out for one word of
// what names are made of. It must not be changed.
func Structural() []byte { return structural }

// NeverScan returns the table of telemetry fields that hold ids and no text, as
// YAML: a list of name (exact path, or with * for any run of characters) and
// shape (a regular expression for the whole value). It must not be changed.
func NeverScan() []byte { return neverScan }
