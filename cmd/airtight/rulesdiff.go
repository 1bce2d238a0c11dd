package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/explain"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/guard"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/report"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// shipped names the catalogue of this build.
const shipped = "shipped"

func newRulesDiffCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "diff A B [--sample FILE...]",
		Short: "Say what another catalogue would newly mask",
		Long: `Say how catalogue B differs from A, rule by rule, and on sample logs what B would mask
that A leaves and the other way round, by place and never by value. A catalogue is a
directory like configs/rules, a file with a list of rules, or the word shipped for the
catalogue of this build.`,
		Example: `  airtight rules diff shipped ./airtight-main/configs/rules
  airtight rules diff rules.yaml new-rules.yaml --sample app.log --sample audit.log
  airtight rules diff old/ new/ --policy policy.yaml --sample app.log`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return errors.New("rules diff takes two catalogues: directories, rule files, or the word shipped")
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{shipped}, cobra.ShellCompDirectiveDefault
		},
	}
	file := policyFlag(cmd)
	samples := cmd.Flags().StringArray("sample", nil, "log file to hold both catalogues against")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		var catalogues [2]*rule.Catalogue
		for i, arg := range args {
			c, err := readCatalogue(arg)
			if err != nil {
				return err
			}
			catalogues[i] = c
		}
		out := cmd.OutOrStdout()
		if err := diffRules(out, catalogues[0], catalogues[1]); err != nil || len(*samples) == 0 {
			return err
		}
		var from []policy.Layer
		if *file != "" {
			layer, err := policy.File(*file)
			if err != nil {
				return err
			}
			from = append(from, layer)
		}
		var inspectors [2]*inspector
		for i, c := range catalogues {
			var err error
			if inspectors[i], err = newInspector(c, from); err != nil {
				return fmt.Errorf("%s: %w", args[i], err)
			}
		}
		return diffSamples(out, inspectors, *samples)
	}
	return cmd
}

// readCatalogue reads a catalogue from a directory or a rule file.
func readCatalogue(name string) (*rule.Catalogue, error) {
	if name == shipped {
		return rule.Load(configs.Rules())
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, fileError(name, err)
	}
	if info.IsDir() {
		c, err := rule.Load(catalogueDir(name))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return c, nil
	}
	rules, err := ruleFile(name)
	if err != nil {
		return nil, err
	}
	for i := range rules {
		rules[i].Pack = explain.PackOf(&rules[i])
	}
	slices.SortFunc(rules, func(a, b rule.Rule) int { return strings.Compare(a.ID, b.ID) })
	return &rule.Catalogue{Version: "of " + filepath.Base(name), Rules: rules}, nil
}

// catalogueDir is a directory as rule.Load wants it, with the catalogue in rules/:
// the one above it, or for a catalogue by itself the directory under that name.
func catalogueDir(dir string) fs.FS {
	if _, err := os.Stat(filepath.Join(dir, "rules", "catalogue.yaml")); err == nil {
		return os.DirFS(dir)
	}
	return underRules{os.DirFS(dir)}
}

// underRules is a file system that stands under rules/.
type underRules struct{ dir fs.FS }

// Open implements fs.FS.
func (u underRules) Open(name string) (fs.File, error) {
	if name == "rules" {
		return u.dir.Open(".")
	}
	inside, ok := strings.CutPrefix(name, "rules/")
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return u.dir.Open(inside)
}

// diffRules says which rules came, went and changed.
func diffRules(out io.Writer, a, b *rule.Catalogue) error {
	fmt.Fprintf(out, "catalogue %s, %d rules -> %s, %d rules\n", a.Version, len(a.Rules), b.Version, len(b.Rules))
	var w bytes.Buffer
	for i := range b.Rules {
		r := &b.Rules[i]
		old := a.Rule(r.ID)
		if old == nil {
			fmt.Fprintf(&w, "+ %s (%s): %s\n", r.ID, explain.PackOf(r), r.Description)
			continue
		}
		if keys := changedKeys(old, r); len(keys) > 0 {
			fmt.Fprintf(&w, "~ %s: %s\n", r.ID, strings.Join(keys, ", "))
		}
	}
	for i := range a.Rules {
		if r := &a.Rules[i]; b.Rule(r.ID) == nil {
			fmt.Fprintf(&w, "- %s (%s): %s\n", r.ID, explain.PackOf(r), r.Description)
		}
	}
	if w.Len() == 0 {
		w.WriteString("no rule differs\n")
	}
	_, err := w.WriteTo(out)
	return err
}

// changedKeys are the keys of a rule file in which two rules differ.
func changedKeys(a, b *rule.Rule) (keys []string) {
	before, after := reflect.ValueOf(*a), reflect.ValueOf(*b)
	for i := range before.NumField() {
		if !reflect.DeepEqual(before.Field(i).Interface(), after.Field(i).Interface()) {
			name, _, _ := strings.Cut(before.Type().Field(i).Tag.Get("yaml"), ",")
			keys = append(keys, name)
		}
	}
	return keys
}

// newInspector is an inspector under a policy and a catalogue of its own.
func newInspector(c *rule.Catalogue, from []policy.Layer) (*inspector, error) {
	p, err := policy.Parse(from...)
	if err != nil {
		return nil, err
	}
	compiled, err := policy.Compile(p, c, time.Now())
	if err != nil {
		return nil, err
	}
	g, err := guard.New(compiled, finding.Discard{})
	if err != nil {
		return nil, err
	}
	return &inspector{guard: g, limits: compiled.Limits}, nil
}

// diffSamples says what only one of two inspectors finds in sample logs.
func diffSamples(out io.Writer, inspectors [2]*inspector, samples []string) error {
	counts := map[string]int{}
	for _, path := range samples {
		var found [2][]report.Finding
		for i := range inspectors {
			var err error
			if found[i], err = inspectFile(inspectors[i], path); err != nil {
				return fileError(path, err)
			}
		}
		for i, sign := range []string{"-", "+"} {
			other := map[[3]int]bool{}
			for _, f := range found[1-i] {
				other[place(f)] = true
			}
			for _, f := range found[i] {
				if !other[place(f)] {
					counts[sign]++
					fmt.Fprintf(out, "%s %s:%d:%d-%d %s\n", sign, path, f.Line, f.Start, f.End, f.Rule)
				}
			}
		}
	}
	_, err := fmt.Fprintf(out, "on the samples: %d newly masked, %d no longer\n", counts["+"], counts["-"])
	return err
}

func place(f report.Finding) [3]int { return [3]int{f.Line, f.Start, f.End} }

// inspectFile gathers the findings of one file.
func inspectFile(i *inspector, path string) (all []report.Finding, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c, err := i.source(path, f, func(found []report.Finding) error {
		all = append(all, found...)
		return nil
	})
	if err == nil && c.binary {
		err = errors.New("is no text and no OTLP; name a log file")
	}
	return all, err
}
