package main

import "github.com/spf13/cobra"

// newComponentsCommand is the verb `components`; what it lists is in components.go.
func newComponentsCommand() *cobra.Command {
	cmd := collectorVerb("components")
	cmd.Short = "List the components of this distribution"
	cmd.Long = "List the components of this distribution with their stability, as YAML."
	cmd.Example = "  airtight components"
	return cmd
}
