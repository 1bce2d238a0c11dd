package main

import "github.com/spf13/cobra"

func newValidateCommand() *cobra.Command {
	cmd := collectorVerb("validate")
	cmd.Use = "validate --config FILE..."
	cmd.Short = "Check a config without running it"
	cmd.Long = `Check a config as run would read it, policies included, and start nothing. A config
that is in order prints nothing and ends with status 0.`
	cmd.Example = `  airtight validate --config configs/gateway.yaml
  airtight validate --config base.yaml --config site.yaml`
	return cmd
}
