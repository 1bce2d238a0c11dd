package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

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

// job is one batch under way.
type job struct {
	batch linewalk.Batch
	done  chan []byte
}

func (r *redactor) stream(in io.Reader, more bool) error {
	workers := runtime.GOMAXPROCS(0)
	jobs, order := make(chan job), make(chan job, workers)
	walkers := make(chan linewalk.Stats, workers)
	for range workers {
		go func() {
			w := linewalk.New(r.options, func() linewalk.Session { return r.guard.Session(context.Background()) })
			for j := range jobs {
				j.done <- w.Append(nil, j.batch)
			}
			walkers <- w.Stats
		}()
	}
	read := make(chan error, 1)
	stop := make(chan struct{})
	go func() {
		defer close(order)
		defer close(jobs)
		read <- feed(linewalk.NewReader(in), jobs, order, stop)
	}()
	wrote := r.write(order, more)
	if wrote != nil {
		// The reader may be waiting for input that never comes: it is left behind.
		close(stop)
		return wrote
	}
	for range workers {
		r.stats.Add(<-walkers)
	}
	return <-read
}

// feed hands out batches till the stream ends.
func feed(in *linewalk.Reader, jobs, order chan<- job, stop <-chan struct{}) error {
	for {
		b, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		j := job{batch: b, done: make(chan []byte, 1)}
		select {
		case order <- j:
		case <-stop:
			return nil
		}
		jobs <- j
	}
}

// write writes the batches in the order they were read, each at once when nothing
// more is ready.
func (r *redactor) write(order <-chan job, more bool) error {
	out := bufio.NewWriterSize(r.out, 256<<10)
	last := byte('\n')
	for {
		var j job
		var ok bool
		select {
		case j, ok = <-order:
		default:
			if err := out.Flush(); err != nil {
				return err
			}
			j, ok = <-order
		}
		if !ok {
			break
		}
		var text []byte
		select {
		case text = <-j.done:
		default:
			if err := out.Flush(); err != nil {
				return err
			}
			text = <-j.done
		}
		if len(text) > 0 {
			last = text[len(text)-1]
		}
		if _, err := out.Write(text); err != nil {
			return err
		}
	}
	if more && last != '\n' {
		_ = out.WriteByte('\n') // Flush reports it
	}
	return out.Flush()
}
