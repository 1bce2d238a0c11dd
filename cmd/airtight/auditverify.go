package main

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/airtight-telemetry/airtight/internal/ledger"
)

func newAuditVerifyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify [--ledger DATABASE | --url URL]",
		Short: "Check that the audit is whole",
		Long: `Check that every entry of the audit is what its hash says and follows the one before it.
The entries are read and their hashes computed here: the ledger's word is not taken.

By itself an audit shows that an entry was changed, taken out of the middle or put
elsewhere. Who can write the database can also take the last entries out, or write all
anew with hashes that fit. That shows only against a head, a number and a hash as this
verb prints it, that was noted where they can't write: --head is one, and --witness is a
file of them, one a line, to which the present one is added whenever all is whole. Run it
from another machine every hour, and no decision can be unmade that is older.
` + ledgerHelp + `

Exit status: 0 whole, 1 broken, 2 could not.`,
		Example: `  airtight audit verify
  airtight audit verify --url https://ledger.example.com --token-file token --witness heads.txt
  airtight audit verify --ledger /var/lib/airtight/ledger.db --head 41:9f2c...`,
		Args: cobra.NoArgs,
	}
	from := addLedgerFlags(cmd)
	heads := cmd.Flags().StringArray("head", nil, "head noted earlier, which must still be in the audit")
	witness := cmd.Flags().String("witness", "", "file of heads noted earlier; the present one is added")
	format := cmd.Flags().String("format", "table", "how the answer is written: table, json")
	completeFlag(cmd, "head")
	completeFlag(cmd, "format", "table", "json")
	if err := cmd.MarkFlagFilename("witness"); err != nil {
		panic(err) // the flag is there
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		write, ok := map[string]func(io.Writer, *ledger.Verification) error{"table": verificationTable, "json": verificationJSON}[*format]
		if !ok {
			return fmt.Errorf("--format: must be one of table, json")
		}
		var noted []ledger.Head
		for _, s := range *heads {
			h, err := ledger.ParseHead(s)
			if err != nil {
				return fmt.Errorf("--head: %w", err)
			}
			noted = append(noted, h)
		}
		seen, err := openWitness(*witness)
		if err != nil {
			return err
		}
		reader, done, err := from.open(cmd.Context())
		if err != nil {
			return err
		}
		defer done()
		v, err := ledger.VerifyAudit(cmd.Context(), reader, append(noted, seen.heads...), nil)
		if err != nil {
			return err
		}
		if v.Whole {
			if err := seen.add(v.Head, time.Now()); err != nil {
				return err
			}
		}
		if err := write(cmd.OutOrStdout(), v); err != nil {
			return err
		}
		if !v.Whole {
			return exitCode(exitFound)
		}
		return nil
	}
	return cmd
}

func verificationTable(out io.Writer, v *ledger.Verification) error {
	head := v.Head.String()
	if head == "" {
		head = "none"
	}
	if v.Whole {
		_, err := fmt.Fprintf(out, "whole: %s\nhead: %s\n", entries(v.Entries), head)
		return err
	}
	_, err := fmt.Fprintf(out, "broken: %s\nfirst broken entry: %d\nlast good head: %s\n", v.Fault, v.Broken, head)
	return err
}

func entries(n int64) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}

func verificationJSON(out io.Writer, v *ledger.Verification) error {
	return json.NewEncoder(out).Encode(v)
}
