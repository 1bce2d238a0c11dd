package rule

import (
	"errors"
	"strings"
	"testing"
)

func TestLint(t *testing.T) {
	for _, c := range []struct {
		want string // part of the only fault, "" for none
		edit func(*Rule)
	}{
		{"", func(*Rule) {}},
		{"", func(r *Rule) { r.Pattern, r.Keys = "", []string{"acme token"} }},
		{"", func(r *Rule) { r.Keys = []string{"пароль", "mot de passe", "passwort 2"} }},
		{"", func(r *Rule) { r.Pattern = `acme=(?P<value>\w+)` }},
		{"", func(r *Rule) { r.IgnoreValues = []string{"EMP-000", `/EMP-0\d+/`} }},
		{"rule without a valid id: id: must be kebab-case", func(r *Rule) { r.ID = "Acme_Token" }},
		{"rule without a valid id: id: must be kebab-case", func(r *Rule) { r.ID = "" }},
		{"id: must be kebab-case", func(r *Rule) { r.ID = "acme--token" }},
		{"class: must be one of", func(r *Rule) { r.Class = "secrets" }},
		{"severity: must be one of", func(r *Rule) { r.Severity = "bad" }},
		{"confidence: must be", func(r *Rule) { r.Confidence = "sure" }},
		{"mode: must be", func(r *Rule) { r.Mode = "off" }},
		{"pattern: a rule needs", func(r *Rule) { r.Pattern = "" }},
		{"pattern: RE2 refuses it: invalid or unsupported Perl syntax", func(r *Rule) { r.Pattern = `(?=a)b` }},
		{"pattern: can match the empty text", func(r *Rule) { r.Pattern = `a*` }},
		{"pattern: can match the empty text", func(r *Rule) { r.Pattern = `\b(a|b?)$` }},
		{"pattern: can match the empty text", func(r *Rule) { r.Pattern = `(ab){0,3}` }},
		{"pattern: the group \"value\" can be empty", func(r *Rule) { r.Pattern = `a=(?P<value>b*)` }},
		{"pattern: the only group with a name is", func(r *Rule) { r.Pattern = `(?P<key>a)` }},
		{"pattern: has more than one group", func(r *Rule) { r.Pattern = `(?P<value>a)|(?P<value>b)` }},
		{"keywords: must be lower-case words", func(r *Rule) { r.Keywords = []string{"Acme"} }},
		{"keywords: must be lower-case words", func(r *Rule) { r.Keywords = []string{""} }},
		{"keys: must be lower-case words", func(r *Rule) { r.Keys = []string{"api_key"} }},
		{"context: must be lower-case words", func(r *Rule) { r.Context = []string{"a  b"} }},
		{"keys: name \"token\" twice", func(r *Rule) { r.Keys = []string{"token", "token"} }},
		{"keys: must be lower-case words", func(r *Rule) { r.Keys = []string{"parameter *"} }},
		{"keys: must be lower-case words", func(r *Rule) { r.Keys = []string{"db * parameter"} }},
		{"", func(r *Rule) { r.Keys = []string{"db parameter *"} }},
		{"literals: must be one of [sql graphql]", func(r *Rule) { r.Keys, r.Literals = []string{"a"}, "html" }},
		{"literals: needs keys and no pattern", func(r *Rule) { r.Literals = "sql" }},
		{"literals: needs keys and no pattern", func(r *Rule) { r.Keys, r.Literals = []string{"a"}, "sql" }},
		{"", func(r *Rule) { r.Keys, r.Literals, r.Pattern = []string{"a"}, "sql", "" }},
		{"ignore_values: holds an expression", func(r *Rule) { r.IgnoreValues = []string{`/(/`} }},
		{"ignore_values: holds an empty value", func(r *Rule) { r.IgnoreValues = []string{""} }},
		{"validators: holds a name", func(r *Rule) { r.Validators = []string{"Luhn"} }},
	} {
		r := Rule{ID: "acme-token", Class: Secret, Pattern: `acme_[0-9a-f]{32}`}
		c.edit(&r)
		faults := r.Lint()
		switch {
		case c.want == "" && len(faults) > 0:
			t.Errorf("%+v: %v", r, faults)
		case c.want != "" && (len(faults) != 1 || !strings.Contains(faults[0].Error(), c.want)):
			t.Errorf("faults %v, want one with %q", faults, c.want)
		}
	}
}

func TestLintCatalogue(t *testing.T) {
	r := Rule{ID: "acme-token", Class: Secret, Pattern: `acme`}
	got := errors.Join(r.LintCatalogue()...).Error()
	for _, want := range []string{"description: is missing", "severity: is missing", "confidence: is missing", "doc: is missing", "since: must be", "examples: need"} {
		if !strings.Contains(got, want) {
			t.Errorf("no fault with %q in %s", want, got)
		}
	}
	r.Description, r.Severity, r.Confidence, r.Doc, r.Since = "a token", "low", "high", "https://example.com", "2026.12"
	r.Examples = Examples{Match: []string{"«acme", "acme"}, Ignore: []string{"a", "b"}}
	if faults := r.LintCatalogue(); len(faults) != 1 || !strings.Contains(faults[0].Error(), "number 1 has a mark without its partner") {
		t.Errorf("faults %v", faults)
	}
}

func TestMinLength(t *testing.T) {
	for pattern, empty := range map[string]bool{
		`a`: false, `a?`: true, `a|b`: false, `a|`: true, `(?:a?){3}`: true, `(?:ab){2,}`: false,
		`^$`: true, `\bx`: false, `[a-z]`: false, `.`: false, `.*`: true, `(a)(b)?`: false, ``: true,
	} {
		r := Rule{ID: "a", Class: Secret, Pattern: pattern, Keys: []string{"a"}}
		got := len(r.Lint()) > 0
		if pattern != "" && got != empty {
			t.Errorf("%q: refused as empty = %v, want %v", pattern, got, empty)
		}
	}
}

func TestExpression(t *testing.T) {
	for in, want := range map[string]string{"/a|b/": "^(?:a|b)$", "a": "", "/": "", "/a": "", "//": "^(?:)$"} {
		if got, ok := Expression(in); got != want || ok != (want != "") {
			t.Errorf("Expression(%q) = %q, %v", in, got, ok)
		}
	}
}

func TestConfidence(t *testing.T) {
	for _, c := range []Confidence{Low, Medium, High} {
		if got, ok := ParseConfidence(c.String()); !ok || got != c {
			t.Errorf("%v does not come back", c)
		}
	}
	if _, ok := ParseConfidence("sure"); ok {
		t.Error("a confidence that is none is parsed")
	}
}
