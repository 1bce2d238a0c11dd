package policy

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/v2"

	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/yamldoc"
)

// maxFile bounds a policy file.
const maxFile = 4 << 20

// Layer is one source of a policy's keys.
type Layer struct {
	values map[string]any
	// doc is the file the keys come from, nil for inline keys.
	doc *yamldoc.Doc
}

// Inline is a layer of keys that are already parsed, as a Collector's
// configuration is. Errors name its key paths.
func Inline(keys map[string]any) Layer { return Layer{values: withoutNulls(keys)} }

// YAML is the layer written in a policy file, called name in errors, which give
// file, line and column.
func YAML(name string, data []byte) (Layer, error) {
	doc, err := yamldoc.Parse(name, data)
	if err != nil {
		return Layer{}, err
	}
	l := Layer{doc: doc}
	switch v := doc.Value.(type) {
	case nil:
		l.values = map[string]any{}
	case map[string]any:
		l.values = withoutNulls(v)
	default:
		return Layer{}, fmt.Errorf("%s: a policy is a map of keys such as packs and rules", doc.At(nil))
	}
	return l, nil
}

// File reads a policy file as a layer; see YAML.
func File(path string) (Layer, error) {
	f, err := os.Open(path)
	if err != nil {
		return Layer{}, fmt.Errorf("the policy file can't be read: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return Layer{}, fmt.Errorf("the policy file can't be read: %w", err)
	}
	if len(data) > maxFile {
		return Layer{}, fmt.Errorf("%s: the policy file is larger than 4 MiB: name the right file", path)
	}
	if len(bytes.TrimSpace(data)) == 0 {
		// A file that is being written or was lost looks like this, and its policy
		// must not turn into the default.
		return Layer{}, fmt.Errorf("%s:1:1: the policy file is empty: write at least one key, such as mode: enforce", path)
	}
	return YAML(path, data)
}

// Parse reads a policy from layers, later ones over earlier ones and all of them
// over Default. Unknown keys and values of the wrong type are refused, with an
// *InvalidError; what the values mean is for Compile to check.
func Parse(from ...Layer) (*Policy, error) {
	invalid := &InvalidError{}
	for _, l := range from {
		var alone Policy
		for _, f := range yamldoc.Decode(l.values, &alone) {
			invalid.add(l.at(f.Path), f.Text)
		}
		for i, r := range alone.Rules {
			if r.ID == "" {
				invalid.add(l.at(yamldoc.Path{"rules", i}), "has no id: give it one in kebab-case")
			} else if slices.ContainsFunc(alone.Rules[:i], func(other rule.Rule) bool { return other.ID == r.ID }) {
				invalid.add(l.at(yamldoc.Path{"rules", i, "id"}), "is the id of an earlier rule: give every rule its own")
			}
		}
	}
	if err := invalid.orNil(); err != nil {
		return nil, err
	}
	// The policy's keys hold dots, so koanf's delimiter is one no key holds.
	k := koanf.New("\x00")
	for _, values := range append([]map[string]any{defaultLayer()}, valuesOf(from)...) {
		if err := k.Load(confmap.Provider(values, ""), nil, koanf.WithMergeFunc(merge)); err != nil {
			return nil, err
		}
	}
	p := &Policy{layers: from}
	for _, f := range yamldoc.Decode(k.Raw(), p) {
		invalid.add(p.layers.at(f.Path), f.Text)
	}
	if err := invalid.orNil(); err != nil {
		return nil, err
	}
	return p, nil
}

func valuesOf(from []Layer) []map[string]any {
	out := make([]map[string]any, len(from))
	for i, l := range from {
		out[i] = l.values
	}
	return out
}

// merge lays src over dst; every value has passed yamldoc.Decode and has its type.
func merge(src, dst map[string]any) error {
	for key, v := range src {
		old, have := dst[key]
		switch {
		case !have:
			dst[key] = v
		case key == "actions", key == "modes", key == "limits", key == "contain":
			dst[key] = over(old.(map[string]any), v.(map[string]any))
		case key == "rules":
			dst[key] = mergeRules(old.([]any), v.([]any))
		case key == "fields":
			fields := over(nil, old.(map[string]any))
			for name, list := range v.(map[string]any) {
				before, _ := fields[name].([]any)
				fields[name] = slices.Concat(before, list.([]any))
			}
			dst[key] = fields
		case key == "allow", key == "overrides":
			dst[key] = slices.Concat(old.([]any), v.([]any))
		default:
			dst[key] = v
		}
	}
	return nil
}

// over is the map that holds the keys of both, b's values winning.
func over(a, b map[string]any) map[string]any {
	out := make(map[string]any, len(a)+len(b))
	for k, v := range a {
		out[k] = v
	}
	for k, v := range b {
		out[k] = v
	}
	return out
}

// mergeRules lays rules over rules of the same id, key by key, and appends the others.
func mergeRules(a, b []any) []any {
	out := slices.Clone(a)
	for _, r := range b {
		r := r.(map[string]any)
		if i := slices.IndexFunc(out, func(o any) bool { return o.(map[string]any)["id"] == r["id"] }); i >= 0 {
			out[i] = over(out[i].(map[string]any), r)
		} else {
			out = append(out, r)
		}
	}
	return out
}

// withoutNulls leaves out keys without a value, so that "packs:" with nothing
// behind it means what leaving it out means. Nulls deeper down stay, as faults.
func withoutNulls(m map[string]any) map[string]any {
	out := make(map[string]any, len(m))
	for k, v := range m {
		switch v := v.(type) {
		case nil:
		case map[string]any:
			if k == "fields" || k == "limits" || k == "contain" {
				out[k] = withoutNulls(v)
			} else {
				out[k] = v
			}
		default:
			out[k] = v
		}
	}
	return out
}

// at says where a path of this layer stands.
func (l Layer) at(p yamldoc.Path) string {
	switch {
	case l.doc == nil:
		return p.String()
	case len(p) == 0:
		return l.doc.At(p)
	}
	return l.doc.At(p) + ": " + p.String()
}

// layers are a policy's sources, earliest first.
type layers []Layer

// at says where a path of the merged policy was written: in the last layer that
// holds it or the most of it, with lists counted through the layers they were
// appended from.
func (ls layers) at(p yamldoc.Path) string {
	for n := len(p); n > 0; n-- {
		for i := len(ls) - 1; i >= 0; i-- {
			if own, ok := ls.own(i, p[:n]); ok {
				return ls[i].at(own.Then(p[n:]...))
			}
		}
	}
	return p.String()
}

// own is the merged path p in terms of layer i, if that layer gave it.
func (ls layers) own(i int, p yamldoc.Path) (yamldoc.Path, bool) {
	own := slices.Clone(p)
	// depth is where in the path the index of an appended list stands.
	depth := 0
	switch {
	case len(p) > 1 && (p[0] == "allow" || p[0] == "overrides"):
		depth = 1
	case len(p) > 2 && p[0] == "fields":
		depth = 2
	case len(p) > 1 && p[0] == "rules":
		index, ok := ls.ruleIndex(i, p[1].(int))
		if !ok {
			return nil, false
		}
		own[1] = index
	}
	if depth > 0 {
		index := p[depth].(int)
		for _, before := range ls[:i] {
			list, _ := before.get(p[:depth]).([]any)
			index -= len(list)
		}
		if index < 0 {
			return nil, false
		}
		own[depth] = index
	}
	return own, ls[i].get(own) != nil
}

// ruleIndex is the index in layer i of the merged policy's rule n.
func (ls layers) ruleIndex(i, n int) (int, bool) {
	var ids []any
	for _, l := range ls {
		rules, _ := l.values["rules"].([]any)
		for _, r := range rules {
			if id := r.(map[string]any)["id"]; !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	if n >= len(ids) {
		return 0, false
	}
	rules, _ := ls[i].values["rules"].([]any)
	index := slices.IndexFunc(rules, func(r any) bool { return r.(map[string]any)["id"] == ids[n] })
	return index, index >= 0
}

// get is the value at a path, or nil.
func (l Layer) get(p yamldoc.Path) any {
	var v any = l.values
	for _, step := range p {
		switch step := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[step]
		case int:
			list, _ := v.([]any)
			if step < 0 || step >= len(list) {
				return nil
			}
			v = list[step]
		}
	}
	return v
}

// InvalidError is what is wrong with a policy. None of its texts holds a value.
type InvalidError struct {
	// Faults are sentences, each with its place and cure, in the order found.
	Faults []string
}

// Error is the first fault, and how many there are besides.
func (e *InvalidError) Error() string {
	if n := len(e.Faults) - 1; n > 0 {
		return fmt.Sprintf("%s (and %d more)", e.Faults[0], n)
	}
	return strings.Join(e.Faults, "")
}

func (e *InvalidError) add(at, text string) {
	if at != "" {
		text = at + ": " + text
	}
	e.Faults = append(e.Faults, text)
}

func (e *InvalidError) orNil() error {
	if len(e.Faults) == 0 {
		return nil
	}
	return e
}
