package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/airtight-telemetry/airtight/internal/explain"
)

// tuneFormats are how a dry run can be written.
var tuneFormats = []string{"table", "json"}

func newTuneCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "tune [--policy FILE] [--format FORMAT] PATH...|- | --promote --policy FILE [PATH...|-]",
		Short: "Try a policy on real logs before it acts",
		Long: `Run a policy over real logs without changing them, and say how often each rule fires:
findings, distinct values, lines and their share, by confidence. What the policy leaves
is counted beside it with the reason: a pack that is off, a confidence that does not act.
It reads what scan reads; in protobuf a message counts as a line.

A sample is a place, the plain words around it with the value masked, and the value's
shape: 9 for a digit, a and A for letters. Of PINs, card verification codes, and secrets
that a person may have made up only the length is told. No value is ever shown.

Below the table stand proposals in the form of a policy: values that recur, to exempt
with allow; shapes that a doubtful rule keeps meeting, to exempt with ignore_values; and
doubtful rules that fire on many lines, to keep in shadow mode with modes, though none
for secrets or of critical severity. An allow line names the place to copy its value
from; till it has a reason it is refused. Every proposal is a question: what it names may
be just what the rule is for.

With --promote: the policy file is in shadow mode, and its diff to enforce mode goes to
standard output. Every shadow in it becomes enforce, but for rules that the logs at the
given paths propose to keep. Comments and the rest of the file stay as they are.

Exit status: 0 done, 2 something could not be examined or the policy can't be promoted.`,
		Example: `  airtight tune /var/log/app
  airtight tune --policy policy.yaml --samples 5 app.log archive.log.gz
  kubectl logs deploy/checkout | airtight tune --format json -
  airtight tune --promote --policy policy.yaml /var/log/app > promote.diff
  patch policy.yaml promote.diff`,
		ValidArgsFunction: completeFiles,
	}
	file := policyFlag(cmd)
	format := cmd.Flags().String("format", "table", "how the dry run is written: "+strings.Join(tuneFormats, ", "))
	samples := cmd.Flags().Int("samples", 3, "samples of each rule, at most")
	promote := cmd.Flags().Bool("promote", false, "write the diff that takes the policy file from shadow to enforce")
	completeFlag(cmd, "format", tuneFormats...)
	cmd.MarkFlagsMutuallyExclusive("promote", "format")
	cmd.Args = func(_ *cobra.Command, args []string) error {
		switch {
		case *promote && *file == "":
			return errors.New("tune --promote needs the policy file: name it with --policy")
		case !*promote && len(args) == 0:
			return errors.New("tune needs a path; name files or directories, or - for standard input")
		}
		return nil
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *format != "table" && *format != "json" {
			return fmt.Errorf("--format: must be one of %s", strings.Join(tuneFormats, ", "))
		}
		if *samples < 0 {
			return errors.New("--samples: must be 0 or more")
		}
		why, compiled, err := explain.Load(*file)
		if err != nil {
			return err
		}
		for _, warning := range compiled.Warnings {
			fmt.Fprintln(cmd.ErrOrStderr(), "airtight: warning: "+warning)
		}
		d := newDryRun(*samples)
		s := newSources(cmd, nil)
		if len(args) > 0 {
			surveyor, err := newSurveyor(why, compiled, *samples)
			if err != nil {
				return err
			}
			s.examine = func(path string, in io.Reader, _ *progress) (content, error) {
				return examine(surveyor, compiled.Limits, path, in, func(batch surveyed) error {
					d.add(path, batch, surveyor)
					return nil
				})
			}
			if err := s.all(args); err != nil {
				return err
			}
		}
		d.files, d.bytes, d.skipped, d.catalogue, d.policyFile = s.summary.Files, s.summary.Bytes, s.summary.Skipped, compiled.Catalogue, *file
		proposed := d.proposals(compiled.Rules)
		switch {
		case *promote:
			err = writePromotion(cmd.OutOrStdout(), cmd.ErrOrStderr(), *file, why.Policy.Catalogue, compiled, proposed.modes)
		case *format == "json":
			enc := json.NewEncoder(cmd.OutOrStdout())
			enc.SetEscapeHTML(false)
			err = enc.Encode(d.document(proposed))
		default:
			err = d.table(cmd.OutOrStdout(), proposed)
		}
		if err != nil {
			return err
		}
		return s.failures()
	}
	return cmd
}
