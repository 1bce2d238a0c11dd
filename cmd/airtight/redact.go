package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/airtight-telemetry/airtight/internal/guard"
	"github.com/airtight-telemetry/airtight/internal/linewalk"
	"github.com/airtight-telemetry/airtight/internal/policy"
)

func newRedactCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "redact [--policy FILE] [--format FORMAT] [FILE...]",
		Short: "Mask lines from standard input or files",
		Long: `Mask lines from standard input or files and write them to standard output, in order.
A line ends with \n alone. Lines come out as they come in: nothing is held back to
fill a buffer.

Formats:
  auto       a line that is a JSON object is jsonl, or otlp-json by its top key; all
             else is text
  text       the line is a text
  jsonl      every string of the line is a text, keys included, and every number; its
             key is context. What is not masked keeps its bytes. A line that is not
             JSON is text
  otlp-json  one export request a line, as the Collector's file exporter writes them

A record that the policy drops is left out. Invalid UTF-8 becomes U+FFFD. In place of
a line longer than 32 MiB stands a tombstone.`,
		Example: `  tail -f app.log | airtight redact
  airtight redact --policy policy.yaml app.log > clean.log
  kubectl logs deploy/checkout | airtight redact --format jsonl --stats`,
		ValidArgsFunction: completeFiles,
	}
	file := policyFlag(cmd)
	format := cmd.Flags().String("format", "auto", "how lines are read: "+strings.Join(linewalk.Formats(), ", "))
	stats := cmd.Flags().Bool("stats", false, "print what was done to standard error at the end")
	completeFlag(cmd, "format", linewalk.Formats()...)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		f, ok := linewalk.ParseFormat(*format)
		if !ok {
			return fmt.Errorf("--format: must be one of %s", strings.Join(linewalk.Formats(), ", "))
		}
		compiled, err := loadPolicy(*file, cmd.ErrOrStderr())
		if err != nil {
			return err
		}
		tally := newTally()
		g, err := guard.New(compiled, tally)
		if err != nil {
			return err
		}
		r := redactor{
			guard: g,
			options: linewalk.Options{
				Format:     f,
				MaxDepth:   compiled.Limits.MaxDepth,
				DropUnread: compiled.OnError == policy.OnErrorDropRecord,
			},
			out: cmd.OutOrStdout(),
		}
		if len(args) == 0 {
			args = []string{"-"}
		}
		for i, path := range args {
			if err := r.file(cmd.InOrStdin(), path, i < len(args)-1); err != nil {
				return err
			}
		}
		if *stats {
			tally.print(cmd.ErrOrStderr(), r.stats)
		}
		return nil
	}
	return cmd
}

// redactor masks streams. Batches are masked side by side and written in order.
type redactor struct {
	guard   *guard.Guard
	options linewalk.Options
	out     io.Writer
	stats   linewalk.Stats
}

// file masks one file, or the input for "-". more says that another one follows,
// whose first line must not join this one's last.
func (r *redactor) file(stdin io.Reader, path string, more bool) error {
	in := stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return fileError(path, err)
		}
		defer f.Close()
		in = f
	}
	if err := r.stream(in, more); err != nil {
		return fileError(path, err)
	}
	return nil
}

func (r *redactor) stream(in io.Reader, more bool) error {
	lines := linewalk.NewReader(in)
	out := bufio.NewWriterSize(r.out, 256<<10)
	last := byte('\n')
	var counting sync.Mutex
	err := inOrder(lines.Next,
		func() worker[linewalk.Batch, []byte] {
			w := linewalk.New(r.options, func() linewalk.Session { return r.guard.Session(context.Background()) })
			return worker[linewalk.Batch, []byte]{
				work: func(b linewalk.Batch) []byte { return w.Append(make([]byte, 0, len(b.Text)+len(b.Text)/8), b) },
				done: func() {
					counting.Lock()
					defer counting.Unlock()
					r.stats.Add(w.Stats)
				},
			}
		},
		func(text []byte) error {
			if len(text) > 0 {
				last = text[len(text)-1]
			}
			_, err := out.Write(text)
			return err
		},
		out.Flush)
	if err != nil {
		_ = out.Flush() // what was masked before the fault is worth having
		return err
	}
	if more && last != '\n' {
		_ = out.WriteByte('\n') // Flush reports it
	}
	return out.Flush()
}
