package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/guard"
	"github.com/airtight-telemetry/airtight/internal/report"
)

func newScanCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "scan [--policy FILE] [--format FORMAT] PATH...|-",
		Short: "Report what would be masked, never the values",
		Long: `Report what a policy finds in files, directories or standard input (-), without
changing anything and without showing a value. Directories are walked; in them binary
files and .git are skipped, and so are symbolic links.

Text, JSON lines and the Collector's OTLP files are read, JSON or protobuf, plain,
gzip or zstd, whatever they are called.

Formats:
  table  for reading
  json   one object a line: path, line, start and end (byte offsets in the line, end
         exclusive), rule, class, severity, confidence, fingerprint. In protobuf line
         is the number of the message and the offsets are in the value of field
  sarif  SARIF 2.1.0, for code hosts
  html   one page to open in a browser

Equal values have equal fingerprints: under the policy's keyring for good, without one
in this run.

Exit status: 0 nothing found, 1 something found, 2 something could not be examined.`,
		Example: `  airtight scan /var/log/app
  airtight scan --format html logs/ > report.html
  zcat app.log.gz | airtight scan --format json -
  airtight scan --policy policy.yaml --format sarif . > airtight.sarif`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("scan needs a path; name files or directories, or - for standard input")
			}
			return nil
		},
		ValidArgsFunction: completeFiles,
	}
	file := policyFlag(cmd)
	format := cmd.Flags().String("format", "table", "how findings are written: "+strings.Join(report.Formats(), ", "))
	completeFlag(cmd, "format", report.Formats()...)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		compiled, err := loadPolicy(*file, cmd.ErrOrStderr())
		if err != nil {
			return err
		}
		g, err := guard.New(compiled, finding.Discard{})
		if err != nil {
			return err
		}
		out, err := report.New(*format, cmd.OutOrStdout(), report.Options{
			Version: buildVersion(), Catalogue: compiled.Catalogue, Rules: compiled.Rules,
			Policy: *file, Colour: colour(cmd.OutOrStdout()),
		})
		if err != nil {
			return fmt.Errorf("--format: %w", err)
		}
		i := &inspector{guard: g, fingerprints: finding.NewFingerprinter(compiled.Ring), limits: compiled.Limits, excerpts: *format == "html"}
		found := 0
		s := newSources(cmd, func(path string, in io.Reader, progress *progress) (content, error) {
			return i.source(path, in, func(findings []report.Finding) error {
				found += len(findings)
				for _, f := range findings {
					progress.clear()
					if err := out.Write(f); err != nil {
						return unreported{err}
					}
				}
				return nil
			})
		})
		if err := s.all(args); err != nil {
			return err
		}
		if err := out.Close(s.summary); err != nil {
			return err
		}
		if err := s.failures(); err != nil {
			return err
		}
		if found > 0 {
			return exitCode(exitFound)
		}
		return nil
	}
	return cmd
}
