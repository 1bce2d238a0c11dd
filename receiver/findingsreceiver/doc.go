// Package findingsreceiver brings what the airtight processors of this process
// found into a pipeline, as ordinary log records. What such a record says of a
// value is in package findinglog; the value itself is in none.
package findingsreceiver

//go:generate go tool -modfile=../../internal/tools/go.mod mdatagen metadata.yaml
