package main

import (
	"runtime"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"
)

// settled is when a Collector has started, on any machine that is not in trouble.
const settled = 10 * time.Second

func newRunCommand() *cobra.Command {
	cmd := collectorVerb("")
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		defer time.AfterFunc(settled, giveBack).Stop()
		return run(cmd, args)
	}
	cmd.Use = "run --config FILE..."
	cmd.Short = "Run the Collector"
	cmd.Long = `Run the Collector. Configs given later are merged over earlier ones, and a value
set with --set over all of them. SIGTERM ends it after what is in flight was sent.`
	cmd.Example = `  airtight run --config configs/sidecar.yaml
  AIRTIGHT_GATEWAY=gateway.example.com:4317 airtight run --config configs/sidecar.yaml
  airtight run --config base.yaml --config site.yaml --set=service.telemetry.logs.level=debug`
	return cmd
}

// giveBack returns what starting has used. Compiling a policy leaves garbage of its
// own size and more, and an idle process does nothing that would make it collect.
func giveBack() {
	// What a pool holds goes with the second collection.
	runtime.GC()
	runtime.GC()
	debug.FreeOSMemory()
}
