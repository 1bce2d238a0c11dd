// Command airtight is an OpenTelemetry Collector that masks secrets and personal
// data in logs, traces and metrics before they are exported, and the same gate
// for a pipe.
package main

import "os"

func main() {
	os.Exit(execute(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
