package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/airtight-telemetry/airtight/internal/report"
)

// sources are the files, directories and streams that a command line names.
type sources struct {
	examine  func(path string, in io.Reader, progress *progress) (content, error)
	stdin    io.Reader
	stderr   io.Writer
	progress *progress
	summary  report.Summary
}

func newSources(cmd *cobra.Command, examine func(path string, in io.Reader, progress *progress) (content, error)) *sources {
	return &sources{examine: examine, stdin: cmd.InOrStdin(), stderr: cmd.ErrOrStderr(), progress: newProgress(cmd.ErrOrStderr())}
}

// all examines what paths name. Only what ends the report is an error; what can't
// be read is noted.
func (s *sources) all(paths []string) error {
	defer s.progress.end()
	for _, path := range paths {
		if err := s.path(path); err != nil {
			return err
		}
	}
	return nil
}

// failures writes what could not be examined to standard error, and is the exit
// status that follows from it.
func (s *sources) failures() error {
	for _, failure := range s.summary.Failed {
		fmt.Fprintln(s.stderr, "airtight: "+failure)
	}
	if len(s.summary.Failed) > 0 {
		return exitCode(exitError)
	}
	return nil
}

// path examines a file, a directory or "-".
func (s *sources) path(path string) error {
	if path == "-" {
		return s.source(path, s.stdin, true)
	}
	named := true // what the command line names is read even if it is a link
	root := path
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		root += string(filepath.Separator) // walks what a link points at
	}
	return filepath.WalkDir(root, func(at string, e fs.DirEntry, err error) error {
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

func (s *sources) fail(err error) { s.summary.Failed = append(s.summary.Failed, sentence(err)) }

// source examines one stream. explicit says that the user named it.
func (s *sources) source(path string, in io.Reader, explicit bool) error {
	counted := &countingReader{in: in, progress: s.progress}
	s.progress.file(path)
	content, err := s.examine(path, counted, s.progress)
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

// unreported is a report that could not be written, which ends the command.
type unreported struct{ err error }

func (u unreported) Error() string { return u.err.Error() }

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
