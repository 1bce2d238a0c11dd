package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// Exit codes every verb keeps to. A verb that looks for something (scan, rules
// test) ends with exitFound; whatever could not be done ends with exitError.
const (
	exitOK    = 0
	exitFound = 1
	exitError = 2
)

// exitCode is how a verb ends with a status of its own: it is returned as an
// error, prints nothing, and becomes the exit status of the process.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit status %d", int(c)) }

// newRootCommand is the whole command line: one verb, one file.
func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "airtight",
		Short: "Mask secrets and personal data in telemetry before it leaves",
		Long: `airtight is an OpenTelemetry Collector whose airtight processor masks secrets and
personal data in logs, traces and metrics before they are exported, and the same
gate for a pipe.`,
		Example: `  airtight run --config configs/sidecar.yaml
  airtight validate --config configs/gateway.yaml
  tail -f app.log | airtight redact
  airtight scan --format html logs/ > report.html
  airtight tune --policy policy.yaml /var/log/app
  airtight explain 'user=ann mail=ann@example.com'
  airtight trace --keyring keyring.yaml
  airtight components`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.AddCommand(
		newRunCommand(),
		newValidateCommand(),
		newComponentsCommand(),
		newDemoCommand(),
		newRedactCommand(),
		newScanCommand(),
		newExplainCommand(),
		newTuneCommand(),
		newRulesCommand(),
		newImportCommand(),
		newKeysCommand(),
		newTraceCommand(),
		newReportCommand(),
		newAuditCommand(),
		newVersionCommand(),
	)
	return root
}

// execute runs the command line and returns the exit status. Every error is one
// sentence on stderr, through the gate.
func execute(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	quieten(stderr)
	root := newRootCommand()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.Execute()
	var code exitCode
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &code):
		return int(code)
	}
	fmt.Fprintln(stderr, "airtight: "+sentence(err))
	return exitError
}
