package rule

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

const goodRules = `
- id: acme-token
  class: secret
  pattern: 'acme_[0-9a-f]{32}'
  keywords: [acme]
  examples: {match: ["a «b»"], ignore: [c]}
- id: acme-badge
  class: identity
  pack: badges
  keys: &keys [badge, badge no]
- id: acme-card
  class: identity
  keys: *keys
`

func TestParse(t *testing.T) {
	rules, err := Parse("a.yaml", []byte(goodRules))
	if err != nil {
		t.Fatal(err)
	}
	if len(rules) != 3 || rules[0].Pattern != "acme_[0-9a-f]{32}" || rules[0].Examples.Match[0] != "a «b»" ||
		rules[1].Pack != "badges" || !slices.Equal(rules[2].Keys, []string{"badge", "badge no"}) {
		t.Errorf("read as %+v", rules)
	}
	for _, empty := range []string{"", "# nothing\n", "---\n"} {
		if rules, err := Parse("a.yaml", []byte(empty)); err != nil || len(rules) != 0 {
			t.Errorf("%q: %v, %v", empty, rules, err)
		}
	}
}

// TestParseErrors also holds that no error repeats a value: each bad value here
// is the word hunter.
func TestParseErrors(t *testing.T) {
	for text, want := range map[string]string{
		"hunter":                                 "a.yaml:1:1: expected a list of rules",
		"id: hunter":                             "a.yaml:1:1: expected a list of rules",
		"- hunter":                               "a.yaml:1:3: rule: expected a mapping",
		"- id: a\n  hunter: hunter":              "a.yaml:2:3: rule: unknown key; known are id, class",
		"- id: a\n  id: hunter":                  "a.yaml:2:3: rule: key id given twice",
		"- id: [hunter]":                         "a.yaml:1:7: id: expected one string",
		"- keys: hunter":                         "a.yaml:1:9: keys: expected a list of strings",
		"- keys: [a, [hunter]]":                  "a.yaml:1:13: keys: expected one string",
		"- examples: hunter":                     "a.yaml:1:13: examples: expected a mapping",
		"- examples: {hunter: [a]}":              "a.yaml:1:14: examples: unknown key; known are match, ignore",
		"- id: a\n  pattern: 'hunter\n":          "a.yaml:2: not valid YAML",
		"- id: *hunter":                          "not valid YAML",
		"- id: a\n---\n- id: hunter":             "a.yaml: more than one YAML document",
		"- {id: a, hunter: b}\n- {keys: hunter}": "a.yaml:2:10: keys",
	} {
		_, err := Parse("a.yaml", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", text, err, want)
		} else if strings.Contains(err.Error(), "hunter") {
			t.Errorf("%q: the error repeats a value: %v", text, err)
		}
	}
}

func catalogue(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys["rules/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

func TestLoad(t *testing.T) {
	c, err := Load(catalogue(map[string]string{
		"catalogue.yaml":       "version: 2026.12\n",
		"secrets/zeta.yaml":    "- id: zeta-key\n- id: beta-key\n  pack: extra",
		"contact/address.yaml": "- id: alpha-address",
		"contact/notes.txt":    "not a rule file",
	}))
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]string, len(c.Rules))
	for i, r := range c.Rules {
		ids[i] = r.ID + "/" + r.Pack
	}
	if want := []string{"alpha-address/contact", "beta-key/extra", "zeta-key/secrets"}; !slices.Equal(ids, want) {
		t.Errorf("rules %v, want %v", ids, want)
	}
	if want := []string{"contact", "extra", "secrets"}; c.Version != "2026.12" || !slices.Equal(c.Packs(), want) {
		t.Errorf("version %s, packs %v", c.Version, c.Packs())
	}
	if r := c.Rule("zeta-key"); r == nil || r.ID != "zeta-key" {
		t.Error("zeta-key is not found")
	}
	if c.Rule("zeta") != nil {
		t.Error("a rule that is not there is found")
	}
}

func TestLoadErrors(t *testing.T) {
	for _, c := range []struct {
		want  string
		files map[string]string
	}{
		{"rules/catalogue.yaml: ", map[string]string{}},
		{"rules/catalogue.yaml: empty", map[string]string{"catalogue.yaml": ""}},
		{"rules/catalogue.yaml:1:1: version: expected YYYY.MM", map[string]string{"catalogue.yaml": "version: 1"}},
		{"rules/catalogue.yaml:1:1: catalogue: unknown key", map[string]string{"catalogue.yaml": "versions: 2026.12"}},
		{"rules/b/b.yaml: rule twice is already in rules/a/a.yaml", map[string]string{
			"catalogue.yaml": "version: 2026.12", "a/a.yaml": "- id: twice", "b/b.yaml": "- id: twice"}},
		{"rules/a/a.yaml:1:3: rule: unknown key", map[string]string{
			"catalogue.yaml": "version: 2026.12", "a/a.yaml": "- name: x"}},
	} {
		_, err := Load(catalogue(c.files))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(goodRules))
	f.Add([]byte("- &a {id: *a}"))
	f.Add([]byte("- id: \"a\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		rules, err := Parse("a.yaml", data)
		if err != nil && (rules != nil || !strings.HasPrefix(err.Error(), "a.yaml:")) {
			t.Errorf("error without its file, or rules beside it: %v", err)
		}
		for _, r := range rules {
			r.Lint()
		}
	})
}
