package main

import (
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/airtight-telemetry/airtight/internal/detect"
	"github.com/airtight-telemetry/airtight/internal/explain"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// costs are what a lane costs, from the cheapest.
var costs = map[string]string{
	"literal": "near nothing where none of its literals stands",
	"key":     "near nothing where no such key stands",
	"keyword": "a search of the bytes behind each of its keywords",
	"shape":   "a look at every place with such bytes",
	"slow":    "a search of every text with the pattern; give the rule a literal, keywords or keys",
}

// showRule writes a rule as YAML, as a rule file would have it, its plan and what that
// is predicted to cost.
func showRule(out io.Writer, r *rule.Rule, plan detect.Plan, state string) error {
	predicted, err := detect.Predict(r)
	if err != nil {
		return err
	}
	shown := *r
	shown.Pack = explain.PackOf(r)
	enc := yaml.NewEncoder(out)
	enc.SetIndent(2)
	if err := enc.Encode([]rule.Rule{shown}); err != nil {
		return err
	}
	if err := enc.Close(); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nstate     %s\n", state)
	fmt.Fprintf(out, "lane      %s: %s\n", plan.Lane, costs[plan.Lane])
	if len(predicted.Triggers) > 0 {
		fmt.Fprintf(out, "triggers  %s\n", triggers(predicted.Triggers))
	}
	if r.Pattern != "" && plan.Lane != "key" {
		length := fmt.Sprintf("%d to %d bytes", plan.Min, plan.Max)
		if plan.Max < 0 {
			length = fmt.Sprintf("%d bytes or more", plan.Min)
		}
		fmt.Fprintf(out, "length    %s\n", length)
	}
	fmt.Fprintf(out, "cost      %s a KiB of clean text, predicted: it is looked at closer at %s\n", nanoseconds(predicted.Nanoseconds), places(predicted.Candidates))
	if strings.HasPrefix(r.Revoke, "http") {
		fmt.Fprintf(out, "revoke    %s\n", r.Revoke)
	}
	return nil
}

// triggers writes what makes the engine look closer, each with how rare it is, the most
// common first.
func triggers(list []detect.Trigger) string {
	out := make([]string, len(list))
	for i, t := range list {
		out[i] = fmt.Sprintf("%q (%d bits)", t.Literal, t.Bits)
	}
	return strings.Join(out, ", ")
}

func nanoseconds(ns float64) string {
	switch {
	case ns < 1:
		return "below 1 ns"
	case ns < 1000:
		return fmt.Sprintf("about %.0f ns", ns)
	}
	return fmt.Sprintf("about %.1f µs", ns/1000)
}

// places says of how many KiB one holds a place, or how many places one holds.
func places(in float64) string {
	switch {
	case in >= 1024:
		return "every place"
	case in >= 1:
		return fmt.Sprintf("%.0f places in each", in)
	case in > 1e-6:
		return fmt.Sprintf("one place in %.0f KiB", 1/in)
	}
	return "next to no place"
}
