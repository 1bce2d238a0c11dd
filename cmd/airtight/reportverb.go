package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/airtight-telemetry/airtight/internal/dossier"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

func newReportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report (--leak ID | --incident ID | --since TIME)",
		Short: "Write what is known of a leak or an incident",
		Long: `Write what the ledger knows of a leak, of an incident or of all leaks since a time as one
document: what data, how much, from when to when, from where and to where, whether it left
masked, what was done, and whether the audit of that is whole. It follows Art. 33(3) GDPR,
and names what a ledger can't know for people to fill in. No value is in it.

Formats:
  html  one page that needs nothing else, to read and to print
  json  the same, for programs
` + ledgerHelp + `

Exit status: 0 written, 1 written and the audit is broken, 2 could not.`,
		Example: `  airtight report --incident 5q3k7x2m4a6c --out incident.html
  airtight report --leak v4u5pz7r22zhz3ts --format json
  airtight report --since 30d --service checkout --ledger /var/lib/airtight/ledger.db > month.html`,
		Args: cobra.NoArgs,
	}
	from := addLedgerFlags(cmd)
	leak := cmd.Flags().String("leak", "", "the leak with this id")
	incident := cmd.Flags().String("incident", "", "the incident with this id")
	since := cmd.Flags().String("since", "", "all leaks seen since a time, a date, or as long ago as 30d")
	service := cmd.Flags().String("service", "", "only leaks of this service, with --since")
	class := cmd.Flags().String("class", "", "only leaks of this class, with --since")
	format := cmd.Flags().String("format", "html", "how it is written: html, json")
	out := cmd.Flags().String("out", "", "file to write, readable by its owner alone (default standard output)")
	for _, flag := range []string{"leak", "incident", "since", "service"} {
		completeFlag(cmd, flag)
	}
	classes := make([]string, 0, len(rule.Classes()))
	for _, c := range rule.Classes() {
		classes = append(classes, string(c))
	}
	completeFlag(cmd, "class", classes...)
	completeFlag(cmd, "format", "html", "json")
	if err := cmd.MarkFlagFilename("out", "html", "json"); err != nil {
		panic(err) // the flag is there
	}
	cmd.MarkFlagsMutuallyExclusive("leak", "incident", "since")
	for _, flag := range []string{"service", "class"} {
		cmd.MarkFlagsMutuallyExclusive("leak", flag)
		cmd.MarkFlagsMutuallyExclusive("incident", flag)
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		write, ok := map[string]func(io.Writer, *dossier.Dossier) error{"html": dossier.WriteHTML, "json": dossier.WriteJSON}[*format]
		if !ok {
			return errors.New("--format: must be one of html, json")
		}
		if *leak == "" && *incident == "" && *since == "" {
			return errors.New("report needs a subject: --leak ID, --incident ID or --since TIME")
		}
		if *class != "" && !slices.Contains(classes, *class) {
			return errors.New("--class: is no class; airtight rules list shows them")
		}
		r := dossier.Request{Leak: *leak, Incident: *incident, Service: *service, Class: *class, Version: buildVersion(), Now: time.Now()}
		if *since != "" {
			var err error
			if r.Since, err = parseSince(*since, r.Now); err != nil {
				return fmt.Errorf("--since: %w", err)
			}
		}
		reader, done, err := from.open(cmd.Context())
		if err != nil {
			return err
		}
		defer done()
		d, err := dossier.Build(cmd.Context(), reader, r)
		if err != nil {
			return err
		}
		if err := writeTo(*out, cmd.OutOrStdout(), func(w io.Writer) error { return write(w, d) }); err != nil {
			return err
		}
		if !d.Audit.Whole {
			fmt.Fprintln(cmd.ErrOrStderr(), "airtight: warning: the audit is broken: "+d.Audit.Fault)
			return exitCode(exitFound)
		}
		return nil
	}
	return cmd
}

// parseSince reads a moment, or how long before now it was.
func parseSince(s string, now time.Time) (time.Time, error) {
	if d, err := parseDuration(s); err == nil {
		return now.Add(-d), nil
	}
	t, err := parseTime(s)
	if err != nil {
		return t, errors.New("write a time such as 2027-01-01T00:00:00Z, a date such as 2027-01-01, or how long ago such as 30d")
	}
	return t, nil
}

// writeTo writes to a file for its owner alone, or to stdout where none is named.
func writeTo(path string, stdout io.Writer, write func(io.Writer) error) error {
	if path == "" {
		return write(stdout)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("--out: %w", fileError(path, err))
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return fmt.Errorf("--out: %w", fileError(path, err))
	}
	return nil
}
