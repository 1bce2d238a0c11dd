package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/ruletest"
)

func newRulesTestCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "test [--policy FILE] [RULE-FILE...]",
		Short: "Hold rules to their examples",
		Long: `Put every example of every rule through the whole engine: alone, at the start, in the
middle and at the end of a text, back to back, and inside JSON. A match example must be
found where it is marked with «…», whole and alone, and must not survive the gate; in an
ignore example the rule must find nothing. A failure names the rule and the number of
the example, never the text.

Without a policy the whole catalogue is on. With --policy its own rules are tested too.
Rule files, lists of rules as in a policy, are tested by themselves beside the catalogue.

Exit status: 0 all hold, 1 some do not, 2 a file can't be used.`,
		Example: `  airtight rules test
  airtight rules test --policy policy.yaml
  airtight rules test my-rules.yaml`,
		ValidArgsFunction: completeFiles,
	}
	file := policyFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		catalogue, err := rule.Load(configs.Rules())
		if err != nil {
			return err
		}
		p := ruletest.Policy(catalogue)
		if *file != "" {
			layer, err := policy.File(*file)
			if err != nil {
				return err
			}
			if p, err = policy.Parse(layer); err != nil {
				return err
			}
		}
		var only func(string) bool
		if len(args) > 0 {
			own := map[string]bool{}
			only = func(id string) bool { return own[id] }
			for _, path := range args {
				rules, err := ruleFile(path)
				if err != nil {
					return err
				}
				p.Rules = append(p.Rules, rules...)
				for _, r := range rules {
					own[r.ID] = true
				}
			}
		}
		compiled, err := policy.Compile(p, catalogue, time.Now())
		if err != nil {
			return err
		}
		result, err := ruletest.Run(compiled, only)
		if err != nil {
			return err
		}
		out := cmd.OutOrStdout()
		for _, f := range result.Failures {
			fmt.Fprintln(out, f)
		}
		fmt.Fprintf(out, "%d rules, %d examples, %d checks, %d failed\n", result.Rules, result.Examples, result.Checks, len(result.Failures))
		if len(result.Failures) > 0 {
			return exitCode(exitFound)
		}
		return nil
	}
	return cmd
}

// ruleFile reads a file that is a list of rules.
func ruleFile(path string) ([]rule.Rule, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fileError(path, err)
	}
	return rule.Parse(path, data)
}
