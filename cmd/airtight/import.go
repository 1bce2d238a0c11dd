package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

func newImportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Make a policy out of another tool's config",
		Long: `Make an airtight policy out of the config of gitleaks or of the redaction processor. The
policy goes to standard output. What can't be translated, or means something else here,
is listed on standard error, and the exit status is then 1.`,
		Example: `  airtight import gitleaks .gitleaks.toml > policy.yaml
  airtight import redaction collector.yaml > policy.yaml`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		importVerb("gitleaks", "toml", "Make a policy out of a gitleaks config",
			`Make a policy out of a gitleaks config: its rules become rules of class secret, with the
secret group as the value, its stop words and allowed expressions as ignore_values.`,
			"  airtight import gitleaks .gitleaks.toml > policy.yaml", importGitleaks),
		importVerb("redaction", "yaml", "Make a policy out of a redaction processor's config",
			`Make a policy out of the contrib redaction processor's config: the processor's own keys,
or a Collector config with one such processor. Blocked values become rules of class
secret, key lists become fields.`,
			"  airtight import redaction collector.yaml > policy.yaml", importRedaction),
	)
	return cmd
}

// imported is a policy on its way, with what did not come along.
type imported struct {
	policy writtenPolicy
	left   []string
}

// writtenPolicy is what an import writes of a policy.
type writtenPolicy struct {
	Fields *writtenFields `yaml:"fields,omitempty"`
	Rules  []rule.Rule    `yaml:"rules,omitempty"`
}

type writtenFields struct {
	Mask  []string `yaml:"mask,omitempty"`
	Leave []string `yaml:"leave,omitempty"`
	Only  []string `yaml:"only,omitempty"`
}

// leave notes what is not translated; where is a key of the other tool's config.
func (i *imported) leave(where, why string) { i.left = append(i.left, where+": "+why) }

func importVerb(name, extension, short, long, example string, read func(data []byte) (*imported, error)) *cobra.Command {
	return &cobra.Command{
		Use:     name + " FILE",
		Short:   short,
		Long:    long + "\n\nExit status: 0 all was translated, 1 something was not, 2 the file can't be read.",
		Example: example,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("import %s takes one file; name the config, or - for standard input", name)
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{extension}, cobra.ShellCompDirectiveFilterFileExt
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			data, err := readInput(cmd.InOrStdin(), args[0])
			if err != nil {
				return fileError(args[0], err)
			}
			i, err := read(data)
			if err != nil {
				return fileError(args[0], err)
			}
			if err := i.check(); err != nil {
				return fileError(args[0], err)
			}
			if err := i.write(cmd.OutOrStdout(), name); err != nil {
				return err
			}
			for _, left := range i.left {
				fmt.Fprintln(cmd.ErrOrStderr(), sentence(errors.New(left)))
			}
			if len(i.left) > 0 {
				return exitCode(exitFound)
			}
			return nil
		},
	}
}

func readInput(stdin io.Reader, path string) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(stdin)
	}
	return os.ReadFile(path)
}

// check leaves out the rules that are not fit for a policy, and gives those an id
// of their own whose id the catalogue has: else they would change its rules.
func (i *imported) check() error {
	catalogue, err := rule.Load(configs.Rules())
	if err != nil {
		return err
	}
	fit, taken := i.policy.Rules[:0], map[string]bool{}
	for _, r := range i.policy.Rules {
		for base, n := r.ID, 2; catalogue.Rule(r.ID) != nil || taken[r.ID]; n++ {
			r.ID = fmt.Sprintf("%s-%d", base, n)
		}
		if faults := r.Lint(); len(faults) > 0 {
			i.leave(faults[0].Error(), "the rule is left out")
			continue
		}
		taken[r.ID] = true
		fit = append(fit, r)
	}
	i.policy.Rules = fit
	p := policy.Default()
	p.Rules = fit
	if f := i.policy.Fields; f != nil {
		p.Fields = policy.Fields{Mask: f.Mask, Leave: f.Leave, Only: f.Only}
	}
	_, err = policy.Compile(p, catalogue, time.Now())
	return err
}

func (i *imported) write(out io.Writer, from string) error {
	if _, err := fmt.Fprintf(out, "# A policy for airtight, made from a %s config by airtight import.\n", from); err != nil {
		return err
	}
	if i.policy.Fields == nil && len(i.policy.Rules) == 0 {
		_, err := fmt.Fprintln(out, "{}")
		return err
	}
	enc := yaml.NewEncoder(out)
	enc.SetIndent(2)
	if err := enc.Encode(i.policy); err != nil {
		return err
	}
	return enc.Close()
}

var notKebab = regexp.MustCompile(`[^a-z0-9]+`)

// kebab is a name as an id; it starts with a letter and is at most 60 bytes.
func kebab(name string) string {
	id := strings.Trim(notKebab.ReplaceAllString(strings.ToLower(name), "-"), "-")
	if id == "" || id[0] < 'a' {
		id = "rule-" + id
	}
	return strings.Trim(id[:min(60, len(id))], "-")
}

// anywhere is an ignore value that holds where the expression matches any part of
// a value.
func anywhere(expression string) string { return `/(?s:.*(?:` + expression + `).*)/` }
