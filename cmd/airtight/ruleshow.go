package main

import (
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/airtight-telemetry/airtight/internal/detect"
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

// showRule writes a rule as YAML, as a rule file would have it, and its plan.
func showRule(out io.Writer, r *rule.Rule, plan detect.Plan, state string) error {
	shown := *r
	shown.Pack = packOf(r)
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
	if len(plan.Literals) > 0 {
		fmt.Fprintf(out, "triggers  %s\n", quoteList(plan.Literals))
	}
	if r.Pattern != "" && plan.Lane != "key" {
		length := fmt.Sprintf("%d to %d bytes", plan.Min, plan.Max)
		if plan.Max < 0 {
			length = fmt.Sprintf("%d bytes or more", plan.Min)
		}
		fmt.Fprintf(out, "length    %s\n", length)
	}
	if strings.HasPrefix(r.Revoke, "http") {
		fmt.Fprintf(out, "revoke    %s\n", r.Revoke)
	}
	return nil
}
