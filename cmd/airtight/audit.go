package main

import "github.com/spf13/cobra"

func newAuditCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Verify what was decided about leaks",
		Long: `The audit holds every decision about a leak or an incident, and every containment: when,
by whom and why. Each entry holds the hash of the one before it.`,
		Example: `  airtight audit verify
  airtight audit verify --ledger /var/lib/airtight/ledger.db --witness heads.txt`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newAuditVerifyCommand())
	return cmd
}
