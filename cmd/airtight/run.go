package main

import "github.com/spf13/cobra"

func newRunCommand() *cobra.Command {
	cmd := collectorVerb("")
	cmd.Use = "run --config FILE..."
	cmd.Short = "Run the Collector"
	cmd.Long = `Run the Collector. Configs given later are merged over earlier ones, and a value
set with --set over all of them. SIGTERM ends it after what is in flight was sent.`
	cmd.Example = `  airtight run --config configs/sidecar.yaml
  AIRTIGHT_GATEWAY=gateway.example.com:4317 airtight run --config configs/sidecar.yaml
  airtight run --config base.yaml --config site.yaml --set=service.telemetry.logs.level=debug`
	return cmd
}
