package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/detect"
	"github.com/airtight-telemetry/airtight/internal/explain"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

func newRulesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List, show, test, compare and document rules",
		Long: `List the rules of the catalogue, show one, hold rules to their examples, compare two
catalogues, or write the reference pages of one.`,
		Example: `  airtight rules list --class payment
  airtight rules show email
  airtight rules test
  airtight rules diff shipped ./my-catalogue --sample app.log`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newRulesListCommand(), newRulesShowCommand(), newRulesTestCommand(), newRulesDiffCommand(), newRulesDocsCommand())
	return cmd
}

func newRulesListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the rules",
		Long: `List the catalogue's rules and those of a policy: id, class, pack, severity, base
confidence, whether the rule is on, and how its candidates are found (lane: literal,
keyword, shape, key, or slow, which reads every text with the pattern itself).`,
		Example: `  airtight rules list
  airtight rules list --class identity --pack telemetry
  airtight rules list --policy policy.yaml`,
		Args: cobra.NoArgs,
	}
	file := policyFlag(cmd)
	class := cmd.Flags().String("class", "", "only rules of this class")
	pack := cmd.Flags().String("pack", "", "only rules of this pack")
	classes := make([]string, 0, len(rule.Classes()))
	for _, c := range rule.Classes() {
		classes = append(classes, string(c))
	}
	completeFlag(cmd, "class", classes...)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		compiled, err := loadPolicy(*file, cmd.ErrOrStderr())
		if err != nil {
			return err
		}
		engine, err := detect.Compile(compiled.Rules)
		if err != nil {
			return err
		}
		scope := compiled.For(field.Resource{})
		table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "ID\tCLASS\tPACK\tSEVERITY\tCONFIDENCE\tSTATE\tLANE")
		order := make([]int, 0, len(compiled.Rules))
		for i := range compiled.Rules {
			if r := &compiled.Rules[i]; (*class == "" || string(r.Class) == *class) && (*pack == "" || explain.PackOf(r) == *pack) {
				order = append(order, i)
			}
		}
		slices.SortFunc(order, func(a, b int) int { return strings.Compare(compiled.Rules[a].ID, compiled.Rules[b].ID) })
		for _, i := range order {
			r := &compiled.Rules[i]
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.ID, r.Class, explain.PackOf(r), dash(r.Severity), dash(r.Confidence), state(scope, i), engine.Plan(i).Lane)
		}
		if err := table.Flush(); err != nil {
			return err
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "\ncatalogue %s, %d rules\n", compiled.Catalogue, len(order))
		return err
	}
	return cmd
}

// state is whether a rule is on.
func state(scope *policy.Scope, i int) string {
	switch {
	case !scope.Want().Has(i):
		return "off"
	case !scope.Rule(i).Enforce:
		return "shadow"
	}
	return "on"
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func newRulesShowCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show a rule and what it costs",
		Long: `Show a rule as it is written, and how the engine runs it: the lane its candidates are
found by, what triggers it, how long a match is and what it is predicted to cost in clean
text. The bits behind a trigger say how rare it is: n bits, at one in 2^n places of a log.`,
		Example: `  airtight rules show email
  airtight rules show acme-employee-id --policy policy.yaml`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("rules show takes one rule id; airtight rules list names them")
			}
			return nil
		},
		ValidArgsFunction: completeRules,
	}
	file := policyFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		compiled, err := loadPolicy(*file, cmd.ErrOrStderr())
		if err != nil {
			return err
		}
		i := slices.IndexFunc(compiled.Rules, func(r rule.Rule) bool { return r.ID == args[0] })
		if i < 0 {
			return fmt.Errorf("no rule has this id%s; airtight rules list names them", nearest(compiled.Rules, args[0]))
		}
		engine, err := detect.Compile(compiled.Rules)
		if err != nil {
			return err
		}
		return showRule(cmd.OutOrStdout(), &compiled.Rules[i], engine.Plan(i), state(compiled.For(field.Resource{}), i))
	}
	return cmd
}

// nearest suggests the rules whose ids hold the one asked for.
func nearest(rules []rule.Rule, id string) string {
	var near []string
	for i := range rules {
		if strings.Contains(rules[i].ID, id) || strings.Contains(id, rules[i].ID) {
			near = append(near, rules[i].ID)
		}
	}
	if len(near) == 0 {
		return ""
	}
	return " (near: " + strings.Join(near[:min(5, len(near))], ", ") + ")"
}

// completeRules lets the shell complete one rule id.
func completeRules(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	catalogue, err := rule.Load(configs.Rules())
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	ids := make([]string, 0, len(catalogue.Rules))
	for i := range catalogue.Rules {
		ids = append(ids, cobra.CompletionWithDesc(catalogue.Rules[i].ID, catalogue.Rules[i].Description))
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}
