package policy

import (
	"errors"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

func parse(t testing.TB, from ...Layer) *Policy {
	t.Helper()
	p, err := Parse(from...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func yamlLayer(t testing.TB, text string) Layer {
	t.Helper()
	l, err := YAML("p.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestLayers reads two files, the second over the first, and compares with the
// policy that the third writes out.
func TestLayers(t *testing.T) {
	for name, c := range map[string]struct{ under, over, want string }{
		"scalars replace":      {"mode: shadow\nstrictness: high", "mode: enforce", "strictness: high"},
		"packs replace":        {"packs: [secrets]", "packs: [payment, person]", "packs: [payment, person]"},
		"empty packs replace":  {"packs: [secrets]", "packs: []", "packs: []"},
		"no value, no change":  {"packs: [secrets]", "packs:", "packs: [secrets]"},
		"actions merge":        {"actions: {payment: drop, contact: drop}", "actions: {payment: mask, x: y}", "actions: {payment: mask, contact: drop, x: y}"},
		"modes merge":          {"modes: {a: shadow}", "modes: {b: shadow}", "modes: {a: shadow, b: shadow}"},
		"limits merge":         {"limits: {max_depth: 5}", "limits: {max_decode: 1}", "limits: {max_depth: 5, max_decode: 1}"},
		"contain merges":       {"contain: {over: 5, within: 10s, orders: ignore}", "contain: {over: 0, for: 1h}", "contain: {over: 0, within: 10s, for: 1h, orders: ignore}"},
		"fields append":        {"fields: {mask: [a], drop: [b]}", "fields: {mask: [c], only: [d]}", "fields: {mask: [a, c], drop: [b], only: [d]}"},
		"allow appends":        {"allow: [{value: a}]", "allow: [{value: b}]", "allow: [{value: a}, {value: b}]"},
		"overrides append":     {"overrides: [{match: {a.b: c}}]", "overrides: [{mode: shadow}]", "overrides: [{match: {a.b: c}}, {mode: shadow}]"},
		"rules merge by id":    {"rules: [{id: a, class: x, keywords: [k]}, {id: b}]", "rules: [{id: c}, {id: a, class: y}]", "rules: [{id: a, class: y, keywords: [k]}, {id: b}, {id: c}]"},
		"a rule's key emptied": {"rules: [{id: a, keywords: [k]}]", "rules: [{id: a, keywords: []}]", "rules: [{id: a, keywords: []}]"},
		"trusted ids replace":  {"trusted_key_ids: [a]", "trusted_key_ids: [b]", "trusted_key_ids: [b]"},
	} {
		got := parse(t, yamlLayer(t, c.under), yamlLayer(t, c.over))
		want := parse(t, yamlLayer(t, c.want))
		got.layers, want.layers = nil, nil
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", name, got, want)
		}
	}
}

// layerGen draws the keys of a layer.
func layerGen() *rapid.Generator[map[string]any] {
	word := rapid.SampledFrom([]string{"a", "b", "c.d", "e-f", "g*"})
	words := rapid.Custom(func(t *rapid.T) []any {
		var out []any
		for _, w := range rapid.SliceOfN(word, 0, 3).Draw(t, "words") {
			out = append(out, w)
		}
		return append([]any{}, out...)
	})
	textMap := rapid.Custom(func(t *rapid.T) map[string]any {
		out := map[string]any{}
		for k, v := range rapid.MapOfN(word, word, 0, 3).Draw(t, "map") {
			out[k] = v
		}
		return out
	})
	list := func(item func(t *rapid.T) map[string]any) *rapid.Generator[[]any] {
		return rapid.Custom(func(t *rapid.T) []any {
			out := []any{}
			for range rapid.IntRange(0, 3).Draw(t, "n") {
				out = append(out, item(t))
			}
			return out
		})
	}
	return rapid.Custom(func(t *rapid.T) map[string]any {
		m := map[string]any{}
		maybe := func(key string, draw func() any) {
			if rapid.Bool().Draw(t, key+"?") {
				m[key] = draw()
			}
		}
		maybe("contain", func() any {
			return map[string]any{"orders": word.Draw(t, "orders"), "over": rapid.IntRange(0, 3).Draw(t, "over")}
		})
		maybe("mode", func() any { return word.Draw(t, "mode") })
		maybe("packs", func() any { return words.Draw(t, "packs") })
		maybe("actions", func() any { return textMap.Draw(t, "actions") })
		maybe("fields", func() any {
			return map[string]any{"mask": words.Draw(t, "mask"), "only": words.Draw(t, "only")}
		})
		maybe("allow", func() any {
			return list(func(t *rapid.T) map[string]any { return map[string]any{"value": word.Draw(t, "value")} }).Draw(t, "allow")
		})
		maybe("overrides", func() any {
			return list(func(t *rapid.T) map[string]any { return map[string]any{"match": textMap.Draw(t, "match")} }).Draw(t, "overrides")
		})
		maybe("rules", func() any {
			out := []any{}
			for _, id := range rapid.SliceOfNDistinct(word, 0, 3, rapid.ID[string]).Draw(t, "ids") {
				r := map[string]any{"id": id}
				if rapid.Bool().Draw(t, "pattern?") {
					r["pattern"] = word.Draw(t, "pattern")
				}
				out = append(out, r)
			}
			return out
		})
		return m
	})
}

// TestLayeringLaws holds what contracts promise of layers, whatever they say.
func TestLayeringLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := layerGen().Draw(t, "a"), layerGen().Draw(t, "b"), layerGen().Draw(t, "c")
		read := func(from ...map[string]any) *Policy {
			var ls []Layer
			for _, m := range from {
				ls = append(ls, Inline(m))
			}
			p, err := Parse(ls...)
			if err != nil {
				t.Fatal(err)
			}
			p.layers = nil
			return p
		}
		pa, pb, both := read(a), read(b), read(a, b)
		if !reflect.DeepEqual(read(a, map[string]any{}), pa) {
			t.Fatal("an empty layer changes the policy")
		}
		if _, ok := b["packs"]; ok && !slices.Equal(both.Packs, pb.Packs) || !ok && !slices.Equal(both.Packs, pa.Packs) {
			t.Fatal("packs do not replace")
		}
		if !slices.Equal(both.Fields.Mask, slices.Concat(pa.Fields.Mask, pb.Fields.Mask)) || !slices.Equal(both.Fields.Only, slices.Concat(pa.Fields.Only, pb.Fields.Only)) {
			t.Fatal("fields do not append")
		}
		if len(both.Allow) != len(pa.Allow)+len(pb.Allow) || len(both.Overrides) != len(pa.Overrides)+len(pb.Overrides) {
			t.Fatal("allow or overrides do not append")
		}
		actions := map[string]string{}
		maps.Copy(actions, pa.Actions)
		maps.Copy(actions, pb.Actions)
		if !maps.Equal(actions, both.Actions) {
			t.Fatal("actions do not merge key by key")
		}
		for _, r := range both.Rules {
			want := ""
			for _, p := range []*Policy{pa, pb} {
				for _, own := range p.Rules {
					if own.ID == r.ID && own.Pattern != "" {
						want = own.Pattern
					}
				}
			}
			if r.Pattern != want {
				t.Fatal("rules do not merge by id")
			}
		}
		// Reading in one go or over what was already merged is the same, as far as
		// a policy tells: the middle layer can be on either side.
		if !reflect.DeepEqual(read(a, b, c), read(merged(a, b), c)) {
			t.Fatal("layering is not associative")
		}
	})
}

// merged is what the package's merge makes of two layers.
func merged(a, b map[string]any) map[string]any {
	dst := maps.Clone(a)
	_ = merge(b, dst)
	return dst
}

// TestFileAfterInline is the order in which a Collector reads them.
func TestFileAfterInline(t *testing.T) {
	p := parse(t, Inline(map[string]any{"actions": map[string]any{"payment": "drop"}, "fields": map[string]any{"mask": []any{"cvv"}}}), yamlLayer(t, "actions: {contact: drop}\nfields: {mask: [password]}"))
	c, err := Compile(p, testCatalogue(), testNow)
	if err != nil {
		t.Fatal(err)
	}
	s := c.For(field.Resource{})
	if got := s.Rule(c.ruleNamed(t, "card-number")).Action.String() + s.Rule(c.ruleNamed(t, "email")).Action.String(); got != "dropdrop" {
		t.Error(got)
	}
	if !s.MasksKey("card.cvv") || !s.MasksKey("userPassword") || s.MasksKey("user") {
		t.Error("mask lists do not append")
	}
}

// FuzzPolicy: whatever the file says, it is a policy or an error, and never a panic.
func FuzzPolicy(f *testing.F) {
	f.Add([]byte("mode: enforce\npacks: [secrets]\n"))
	f.Add([]byte("rules:\n  - {id: a-b, class: identity, pattern: '(?P<value>x)'}\n"))
	f.Add([]byte("overrides: [{match: {a.b: c}, packs: [], fields: {only: ['a.*']}}]"))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("limits: {max_value: 4MiB}\nallow: [{value: x, reason: y, expires: 2027-03-01}]"))
	f.Add([]byte("keyring: !!binary x\nactions: {? [a] : b}\n--- \n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := YAML("p.yaml", data)
		if err != nil {
			return
		}
		p, err := Parse(l)
		if err != nil {
			return
		}
		p.Keyring = "" // no file is read here
		c, err := Compile(p, testCatalogue(), testNow)
		if err != nil {
			return
		}
		for _, s := range c.Scopes() {
			_ = s.Place(attr("a.b"), field.String)
		}
		_ = c.Allowed(0, "x", testNow)
	})
}

// TestNoValueInErrors plants one word as the value of every key there is, alone
// and in lists and maps.
func TestNoValueInErrors(t *testing.T) {
	const word = "hunter2canary"
	shapes := []string{"%s: W", "%s: [W]", "%s: {a: W}", "%s: [{id: W, value: W, reason: W, match: {a: W}}]", "%s: *W", "%s: 'W", "%s: !W x", "%s: !!int W"}
	keys := []string{"mode", "modes", "packs", "catalogue", "strictness", "on_error", "limits", "numbers", "trusted_key_ids", "acknowledge_low_entropy", "actions", "fields", "rules", "allow", "overrides", "limits: {max_value", "fields: {mask", "rules: [{id: a-b, class: secret, pattern: '(W', ignore_values"}
	for _, key := range keys {
		for _, shape := range shapes {
			text := strings.ReplaceAll(strings.Replace(shape, "%s", key, 1), "W", word)
			if n := strings.Count(key, "{"); n > 0 {
				text += strings.Repeat("}", n)
			}
			if strings.Contains(key, "[") {
				text += "]"
			}
			_, err := compileYAML(t, text)
			if err != nil && strings.Contains(strings.Join(allFaults(err), "\n"), word) {
				t.Errorf("%s in shape %s: the error quotes the value", key, shape)
			}
		}
	}
}

func allFaults(err error) []string {
	var invalid *InvalidError
	if errors.As(err, &invalid) {
		return invalid.Faults
	}
	return []string{err.Error()}
}

// TestShippedPolicies compiles every policy that ships, against the catalogue that
// ships.
func TestShippedPolicies(t *testing.T) {
	cat, err := rule.Load(configs.Rules())
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../../configs/policies/*.yaml")
	if err != nil || len(files) < 4 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		l, err := File(file)
		if err != nil {
			t.Fatal(err)
		}
		c, err := Compile(parse(t, l), cat, testNow)
		if err != nil {
			t.Errorf("%s: %v", file, err)
		} else if len(c.Warnings) > 0 {
			t.Errorf("%s: %q", file, c.Warnings)
		}
		if filepath.Base(file) == "default.yaml" && c.Fingerprint != fingerprint(Default()) {
			t.Error("default.yaml does not say what Default says")
		}
	}
}
