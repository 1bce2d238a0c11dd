package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
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
		s := &scan{
			inspector: inspector{guard: g, fingerprints: finding.NewFingerprinter(compiled.Ring), limits: compiled.Limits, excerpts: *format == "html"},
			out:       out,
			progress:  newProgress(cmd.ErrOrStderr()),
		}
		for _, path := range args {
			if err := s.path(cmd.InOrStdin(), path); err != nil {
				return err
			}
		}
		s.progress.end()
		if err := out.Close(s.summary); err != nil {
			return err
		}
		for _, failure := range s.summary.Failed {
			fmt.Fprintln(cmd.ErrOrStderr(), "airtight: "+failure)
		}
		switch {
		case len(s.summary.Failed) > 0:
			return exitCode(exitError)
		case s.found > 0:
			return exitCode(exitFound)
		}
		return nil
	}
	return cmd
}

// scan goes through paths and reports what the inspector finds.
type scan struct {
	inspector inspector
	out       report.Writer
	progress  *progress
	summary   report.Summary
	found     int
}

// path scans a file, a directory or "-". Only what ends the report is an error;
// what can't be read is noted.
func (s *scan) path(stdin io.Reader, path string) error {
	if path == "-" {
		return s.source(path, stdin, true)
	}
	named := true // what the command line names is read even if it is a link
	return filepath.WalkDir(path, func(at string, e fs.DirEntry, err error) error {
		explicit := named
		named = false
		switch {
		case err != nil:
			s.fail(fileError(at, err))
			return nil
		case e.IsDir() && e.Name() == ".git" && !explicit:
			return filepath.SkipDir
		case e.IsDir(), !explicit && !e.Type().IsRegular():
			return nil
		}
		f, err := os.Open(at)
		if err != nil {
			s.fail(fileError(at, err))
			return nil
		}
		defer f.Close()
		return s.source(filepath.ToSlash(filepath.Clean(at)), f, explicit)
	})
}

func (s *scan) fail(err error) { s.summary.Failed = append(s.summary.Failed, sentence(err)) }

// source scans one stream. explicit says that the user named it.
func (s *scan) source(path string, in io.Reader, explicit bool) error {
	counted := &countingReader{in: in, progress: s.progress}
	s.progress.file(path)
	content, err := s.inspector.source(path, counted, s.write)
	s.summary.Bytes += counted.n
	var failed unreported
	switch {
	case errors.As(err, &failed):
		return failed.err
	case err != nil:
		s.fail(fileError(path, err))
	case content.binary && explicit:
		s.fail(unreadable{path, errors.New("is no text and no OTLP; name a log file")})
	}
	if content.binary {
		s.summary.Skipped++
		return nil
	}
	s.summary.Files++
	for _, where := range content.unexamined {
		s.fail(unreadable{path, where})
	}
	return nil
}

// unreported is a report that could not be written, which ends the scan.
type unreported struct{ err error }

func (u unreported) Error() string { return u.err.Error() }

func (s *scan) write(findings []report.Finding) error {
	for _, f := range findings {
		s.found++
		s.progress.clear()
		if err := s.out.Write(f); err != nil {
			return unreported{err}
		}
	}
	return nil
}

// countingReader counts what is read of a source, before decompression.
type countingReader struct {
	in       io.Reader
	n        int64
	progress *progress
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.n += int64(n)
	c.progress.read(n)
	return n, err
}
