package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/airtight-telemetry/airtight/internal/keyring"
)

// defaultKeyring is where keys new writes unless it is told.
const defaultKeyring = "keyring.yaml"

func newKeysCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "Make, rotate and list the keys of a keyring",
		Long: `Make, rotate and list the keys under which tokens and fingerprints are made. A key is
written to its file alone and never shown.`,
		Example: `  airtight keys new --out keyring.yaml
  airtight keys rotate keyring.yaml --delay 1h
  airtight keys list keyring.yaml`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newKeysNewCommand(), newKeysRotateCommand(), newKeysListCommand())
	return cmd
}

func newKeysListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list FILE",
		Short: "List the keys of a keyring",
		Long: `List the keys of a keyring, newest first: id, from when and until when the key makes
tokens, and what it does now. A retired key makes nothing; it recognises its old tokens
and traces its old fingerprints.`,
		Example:           `  airtight keys list keyring.yaml`,
		Args:              oneKeyring("list"),
		ValidArgsFunction: completeYAML,
		RunE: func(cmd *cobra.Command, args []string) error {
			now := time.Now()
			ring, err := keyring.LoadRetired(args[0], now)
			if err != nil {
				return err
			}
			return listKeys(cmd.OutOrStdout(), ring, now)
		},
	}
}

// listKeys writes what may be known of keys: not the keys.
func listKeys(out io.Writer, ring *keyring.Ring, now time.Time) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tCREATED\tNOT AFTER\tSTATE")
	for _, k := range ring.Keys() {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", k.ID, stamp(k.Created), dash(stamp(k.NotAfter)), keyState(ring, k, now))
	}
	return table.Flush()
}

func keyState(ring *keyring.Ring, k keyring.Key, now time.Time) string {
	switch {
	case k.ID == ring.Current().ID:
		return "current"
	case now.Before(k.Created):
		return "waits"
	case k.ValidAt(now):
		return "valid"
	}
	return "retired"
}

// stamp is a time as it stands in output; empty for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func oneKeyring(verb string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return fmt.Errorf("keys %s takes one keyring file", verb)
		}
		return nil
	}
}

// completeYAML lets the shell complete one YAML file.
func completeYAML(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return []string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
}
