package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"go.opentelemetry.io/collector/confmap"

	"github.com/airtight-telemetry/airtight/internal/pipelines"
)

// explainConfig says of every path of a config whether what takes it is masked.
func explainConfig(ctx context.Context, out io.Writer, configs []string) error {
	settings := collectorSettings().ConfigProviderSettings.ResolverSettings
	settings.URIs = configs
	settings.ConverterFactories = nil // they refuse what is to be explained
	resolver, err := confmap.NewResolver(settings)
	if err != nil {
		return configError{strings.Join(configs, ", "), err}
	}
	conf, err := resolver.Resolve(ctx)
	if err != nil {
		return configError{strings.Join(configs, ", "), err}
	}
	graph, err := pipelines.Read(conf)
	if err != nil {
		return configError{strings.Join(configs, ", "), err}
	}
	paths := graph.Paths()
	if len(paths) == 0 {
		return configError{strings.Join(configs, ", "), fmt.Errorf("service::pipelines: there is none; add a pipeline with a receiver and an exporter")}
	}
	open := 0
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SIGNAL\tMASKED\tQUEUE\tPATH")
	for _, p := range paths {
		if !p.Gated() {
			open++
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", p.Signal(), masked(p), p.Queue, p)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	notes(out, paths)
	if open > 0 {
		fmt.Fprintf(out, "\n%d of %d paths are open: add the processor %s to their pipelines.\n", open, len(paths), pipelines.GateType)
		return exitCode(exitFound)
	}
	fmt.Fprintf(out, "\nAll paths pass the gate.\n")
	return nil
}

func masked(p pipelines.Path) string {
	switch {
	case p.Gate == "":
		return "NO"
	case p.Shadow:
		return "NO, " + p.Gate + " is in shadow mode"
	}
	return "by " + p.Gate
}

// notes says what a crash would lose.
func notes(out io.Writer, paths []pipelines.Path) {
	said := map[string]bool{}
	say := func(text string) {
		if !said[text] {
			said[text] = true
			fmt.Fprintln(out, text)
		}
	}
	for _, p := range paths {
		if len(said) == 0 && (p.Queue == pipelines.QueueMemory || p.Batcher != "") {
			fmt.Fprintln(out)
		}
		if p.Queue == pipelines.QueueMemory {
			say(fmt.Sprintf("exporter %s: its queue is in memory, a crash loses what it holds; set sending_queue.storage", p.Exporter))
		}
		if p.Batcher != "" {
			say(fmt.Sprintf("processor %s: acknowledges what a crash then loses; batch with sending_queue.batch instead", p.Batcher))
		}
	}
}
