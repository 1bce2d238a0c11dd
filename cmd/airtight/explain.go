package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/airtight-telemetry/airtight/internal/linewalk"
)

func newExplainCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "explain [--policy FILE] [--field PATH] [TEXT] | --config FILE...",
		Short: "Say why a text is masked or is not",
		Long: `Say why a text is masked or is not: what each rule went by, what turned a value down,
and the line of the policy that decided. The text is the argument, or else standard
input, and is read as redact reads it. Values are named by their place, never shown.

With --config: every path from a receiver to an exporter of a Collector config, whether
what takes it is masked, and what a crash would lose on it. Exit status 1 if a path is
open.`,
		Example: `  airtight explain 'user=ann mail=ann@example.com'
  airtight explain --field http.request.header.cookie 'session=8f2c'
  kubectl logs deploy/checkout | head -20 | airtight explain --policy policy.yaml
  airtight explain --config configs/gateway.yaml`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return errors.New("explain takes one text; quote it")
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	file := policyFlag(cmd)
	under := cmd.Flags().String("field", "", "attribute that the text is the value of, its full path")
	format := cmd.Flags().String("format", "auto", "how lines are read: "+strings.Join(linewalk.Formats(), ", "))
	configs := cmd.Flags().StringArray("config", nil, "Collector config whose paths to explain; later ones are merged over earlier ones")
	completeFlag(cmd, "format", linewalk.Formats()...)
	if err := cmd.MarkFlagFilename("config", "yaml", "yml"); err != nil {
		panic(err) // the flag is there
	}
	cmd.MarkFlagsMutuallyExclusive("config", "policy")
	cmd.MarkFlagsMutuallyExclusive("config", "field")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(*configs) > 0 {
			if len(args) > 0 {
				return errors.New("explain --config takes no text; explain the text by itself")
			}
			return explainConfig(cmd.Context(), cmd.OutOrStdout(), *configs)
		}
		f, ok := linewalk.ParseFormat(*format)
		if !ok {
			return fmt.Errorf("--format: must be one of %s", strings.Join(linewalk.Formats(), ", "))
		}
		e, err := newExplainer(*file, f, *under, cmd.OutOrStdout())
		if err != nil {
			return err
		}
		if len(args) == 1 {
			return e.text(linewalk.Batch{Text: args[0], First: 1})
		}
		if isTerminal(os.Stdin) && cmd.InOrStdin() == io.Reader(os.Stdin) {
			fmt.Fprintln(cmd.ErrOrStderr(), "airtight: reading standard input; end it with Ctrl-D")
		}
		lines := linewalk.NewReader(cmd.InOrStdin())
		for {
			b, err := lines.Next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return fileError("-", err)
			}
			if err := e.text(b); err != nil {
				return err
			}
		}
	}
	return cmd
}
