package main

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
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
		ctx, stop := untilSignal(cmd.Context())
		defer stop()
		cmd.SetContext(ctx)
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

// untilSignal is done when the process is told to end. The Collector listens for signals
// once it has started, and no sooner: one that came before, or in the moment between,
// would end the process with what it has taken. A SIGHUP in that time changes nothing.
func untilSignal(ctx context.Context) (context.Context, func()) {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	return ctx, func() {
		signal.Stop(hangups)
		stop()
	}
}

// giveBack returns what starting has used. Compiling a policy leaves garbage of its
// own size and more, and an idle process does nothing that would make it collect.
func giveBack() {
	// What a pool holds goes with the second collection.
	runtime.GC()
	runtime.GC()
	debug.FreeOSMemory()
}
