package detect

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/span"
)

func TestRequired(t *testing.T) {
	for _, c := range []struct {
		pattern  string
		literals string
		min, max int
	}{
		{`ghp_[0-9a-z]{36}`, "ghp_", 0, 0},
		{`\bgh[pousr]_\w{36}`, "gho_ ghp_ ghr_ ghs_ ghu_", 0, 0},
		{`[a-z]{2,5}@example`, "@example", 2, 5},
		{`(?:sk|pk)_live_\w+`, "pk_live_ sk_live_", 0, 0},
		{`(?i)AKIA`, "akia", 0, 0},
		{`\w+\.apps\.googleusercontent\.com`, ".apps.googleusercontent.com", 1, unbounded},
		{`x?yzwv`, "xyzwv yzwv", 0, 0},
		{`\d+`, "", 0, 0},
		{`(?:abc){3}`, "abcabcabc", 0, 0},
		{`sk-proj-\d+x|sk-admin-\w+y`, "sk-admin- sk-proj-", 0, 0},
		{`(?:foo1|\d+)`, "", 0, 0},
	} {
		re, err := parse(c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		got, _, _ := requiredOf(re.Simplify())
		if got.score() < enough {
			got = required{}
		}
		if strings.Join(got.literals, " ") != c.literals || got.min != c.min || got.max != c.max {
			t.Errorf("%s: got %q at %d to %d", c.pattern, got.literals, got.min, got.max)
		}
	}
}

func TestCandidates(t *testing.T) {
	for _, p := range patterns {
		for _, text := range texts {
			checkCandidates(t, p, text)
		}
	}
}

func FuzzCandidates(f *testing.F) {
	for _, p := range patterns {
		for _, text := range texts {
			f.Add(p, text)
		}
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if usable(pattern, text) {
			checkCandidates(t, pattern, text)
		}
	})
}

// checkCandidates holds what a rule's literals, shapes and tries find against all
// matches that Go's regexp finds.
func checkCandidates(t *testing.T, pattern, text string) {
	t.Helper()
	e, err := Compile([]rule.Rule{{ID: "r", Class: rule.Secret, Pattern: pattern}})
	if err != nil {
		return // matches the empty text
	}
	s := newScanner(e)
	s.in = &Text{Text: text, Want: e.All()}
	v := s.viewAt(0)
	v.Text = text
	s.candidates(v)
	var got, want []span.Span
	for _, p := range v.pending {
		got = append(got, p.whole)
	}
	for _, m := range regexp.MustCompile(pattern).FindAllStringIndex(text, -1) {
		want = append(want, span.Span{Start: m[0], End: m[1]})
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q in %q, lane %s: got %v, want %v", pattern, text, e.plans[0].lane, got, want)
	}
}
