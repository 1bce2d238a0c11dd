package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/diff"
	"go.yaml.in/yaml/v3"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

const shadow, enforce = "shadow", "enforce"

// writePromotion writes the diff that takes a policy file from shadow to enforce, but
// for the rules to keep. What the reader of the diff should know goes to stderr.
func writePromotion(out, stderr io.Writer, file, pin string, before *policy.Compiled, keep []modeProposal) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return fileError(file, err)
	}
	scope := before.For(field.Resource{})
	held := map[string]string{} // what the diff keeps in shadow mode, and why
	for _, k := range keep {
		i := slices.IndexFunc(before.Rules, func(r rule.Rule) bool { return r.ID == k.Rule })
		if scope.Want().Has(i) && !scope.Rule(i).Enforce {
			held[k.Rule] = k.because()
		}
	}
	promoted, err := promote(data, held)
	if err != nil {
		return fmt.Errorf("%s:%w", file, err)
	}
	if bytes.Equal(promoted, data) {
		fmt.Fprintf(stderr, "airtight: %s has nothing in shadow mode to promote\n", file)
		return nil
	}
	after, err := compilePolicy(file, promoted)
	if err != nil {
		return fmt.Errorf("the policy would not be valid once promoted; change its mode by hand: %w", err)
	}
	if err := reportHeld(stderr, after, held, pin); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	name := filepath.ToSlash(file)
	_, err = out.Write(diff.Diff(name, data, name, promoted))
	return err
}

// compilePolicy compiles the text of a policy file.
func compilePolicy(name string, data []byte) (*policy.Compiled, error) {
	layer, err := policy.YAML(name, data)
	if err != nil {
		return nil, err
	}
	p, err := policy.Parse(layer)
	if err != nil {
		return nil, err
	}
	catalogue, err := rule.Load(configs.Rules())
	if err != nil {
		return nil, err
	}
	return policy.Compile(p, catalogue, time.Now())
}

// reportHeld says which rules are in shadow mode still, and why. It is an error if
// others are than those held and those newer than the catalogue pinned.
func reportHeld(stderr io.Writer, after *policy.Compiled, held map[string]string, pin string) error {
	pinned := map[string]bool{}
	for n, scope := range after.Scopes() {
		for i := range after.Rules {
			r := &after.Rules[i]
			if !scope.Want().Has(i) || scope.Rule(i).Enforce {
				continue
			}
			because, ok := held[r.ID]
			switch {
			case ok && n == 0:
				fmt.Fprintf(stderr, "airtight: %s stays in shadow mode: it %s\n", r.ID, because)
			case ok:
			case pin != "" && r.Since > pin:
				pinned[r.ID] = true
			default:
				return errors.New("part of the policy is written with aliases and would stay in shadow mode; write it out, and promote then")
			}
		}
	}
	if len(pinned) > 0 {
		fmt.Fprintf(stderr, "airtight: %d rules newer than the pinned catalogue stay in shadow mode; move catalogue to promote them\n", len(pinned))
	}
	return nil
}

// edit puts text in place of the bytes from start to end.
type edit struct {
	start, end int
	text       string
}

// promotion edits the text of a policy where it stands, so that all else stays.
type promotion struct {
	data  []byte
	lines []int // where each line starts
	edits []edit
}

// promote makes enforce of every shadow in a policy but those of the rules held, which
// gain a line in modes where they need one. Errors begin with line and column.
func promote(data []byte, held map[string]string) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil || len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("1:1: a policy is a map of keys such as mode and packs")
	}
	p := promotion{data: data, lines: []int{0}}
	for i, c := range data {
		if c == '\n' {
			p.lines = append(p.lines, i+1)
		}
	}
	root := doc.Content[0]
	named := map[string]bool{} // rules that the file holds in shadow mode by name
	err := p.settings(root, func(id string) { named[id] = true }, held)
	if _, list := entry(root, "overrides"); list != nil {
		for _, o := range list.Content {
			err = errors.Join(err, p.settings(o, func(string) {}, held))
		}
	}
	if _, list := entry(root, "rules"); list != nil {
		for _, r := range list.Content {
			_, id := entry(r, "id")
			_, mode := entry(r, "mode")
			if id == nil || mode == nil {
				continue
			}
			if _, hold := held[id.Value]; hold && mode.Value == shadow {
				named[id.Value] = true
				continue
			}
			err = errors.Join(err, p.scalar(mode))
		}
	}
	var add []string
	for id := range held {
		if !named[id] {
			add = append(add, id)
		}
	}
	slices.Sort(add)
	if err == nil && len(add) > 0 {
		err = p.hold(root, add, held)
	}
	if err != nil {
		return nil, err
	}
	return p.apply(), nil
}

// settings promotes mode and modes of the policy or of an override, and names the
// rules that it leaves as they are.
func (p *promotion) settings(n *yaml.Node, name func(string), held map[string]string) error {
	_, mode := entry(n, "mode")
	err := p.scalar(mode)
	_, modes := entry(n, "modes")
	for i := 0; modes != nil && i+1 < len(modes.Content); i += 2 {
		id, value := modes.Content[i].Value, modes.Content[i+1]
		if _, hold := held[id]; hold && value.Value == shadow {
			name(id)
			continue
		}
		err = errors.Join(err, p.scalar(value))
	}
	return err
}

// scalar promotes one mode where it stands.
func (p *promotion) scalar(n *yaml.Node) error {
	switch {
	case n == nil || n.Kind == yaml.ScalarNode && n.Value != shadow:
		return nil
	case n.Kind != yaml.ScalarNode || n.Anchor != "":
		return fmt.Errorf("%d:%d: the mode is written with an alias or anchor; write it out, and promote then", n.Line, n.Column)
	}
	at := p.offset(n)
	if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
		at++
	}
	if !bytes.HasPrefix(p.data[at:], []byte(shadow)) {
		return fmt.Errorf("%d:%d: the mode is not written plainly; write shadow, and promote then", n.Line, n.Column)
	}
	p.edits = append(p.edits, edit{at, at + len(shadow), enforce})
	return nil
}

// hold adds rules to modes, beside what is there or as a key of its own behind mode.
func (p *promotion) hold(root *yaml.Node, ids []string, held map[string]string) error {
	key, modes := entry(root, "modes")
	if modes != nil && modes.Kind == yaml.AliasNode {
		return fmt.Errorf("%d:%d: modes is an alias; write it out, and promote then", modes.Line, modes.Column)
	}
	block := func(indent string) (text string) {
		for _, id := range ids {
			text += fmt.Sprintf("%s%s: %s # %s\n", indent, id, shadow, held[id])
		}
		return text
	}
	short := strings.Join(ids, ": "+shadow+", ") + ": " + shadow
	switch {
	case modes != nil && modes.Kind == yaml.MappingNode && modes.Style&yaml.FlowStyle != 0:
		at := p.offset(modes) + 1
		if len(modes.Content) > 0 {
			short += ", "
		}
		p.edits = append(p.edits, edit{at, at, short})
	case modes != nil && modes.Kind == yaml.MappingNode:
		first := modes.Content[0]
		at := p.lines[first.Line-1]
		p.edits = append(p.edits, edit{at, at, block(strings.Repeat(" ", first.Column-1))})
	case root.Style&yaml.FlowStyle != 0 && modes == nil:
		at := p.offset(root) + 1
		p.edits = append(p.edits, edit{at, at, "modes: {" + short + "}, "})
	case root.Style&yaml.FlowStyle != 0:
		return fmt.Errorf("%d:%d: modes has no value; write {}, and promote then", key.Line, key.Column)
	case modes != nil: // the key with nothing behind it
		p.insertAfter(key.Line, block(strings.Repeat(" ", key.Column+1)))
	default:
		behind, _ := entry(root, "mode")
		if behind == nil {
			p.insertAfter(len(p.lines), "modes:\n"+block("  "))
			return nil
		}
		indent := strings.Repeat(" ", behind.Column-1)
		p.insertAfter(behind.Line, indent+"modes:\n"+block(indent+"  "))
	}
	return nil
}

// insertAfter puts text behind a line, counted from 1.
func (p *promotion) insertAfter(line int, text string) {
	at := len(p.data)
	if line < len(p.lines) {
		at = p.lines[line]
	}
	if at > 0 && p.data[at-1] != '\n' {
		text = "\n" + strings.TrimSuffix(text, "\n")
	}
	p.edits = append(p.edits, edit{at, at, text})
}

// offset is where a node starts. The parser counts columns in characters.
func (p *promotion) offset(n *yaml.Node) int {
	at := p.lines[n.Line-1]
	for range n.Column - 1 {
		_, size := utf8.DecodeRune(p.data[at:])
		at += size
	}
	return at
}

func (p *promotion) apply() []byte {
	slices.SortStableFunc(p.edits, func(a, b edit) int { return cmp.Compare(a.start, b.start) })
	var out []byte
	at := 0
	for _, e := range p.edits {
		out = append(append(out, p.data[at:e.start]...), e.text...)
		at = e.end
	}
	return append(out, p.data[at:]...)
}

// entry is the key and the value of a mapping under a name, or nil.
func entry(n *yaml.Node, name string) (key, value *yaml.Node) {
	for i := 0; n != nil && n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i], n.Content[i+1]
		}
	}
	return nil, nil
}
