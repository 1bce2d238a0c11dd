package detect

import (
	"strings"
	"testing"

	"github.com/airtight-telemetry/airtight/internal/rule"
)

// hostile texts make every byte a candidate, or look like the start of something
// long that never ends.
var hostile = []string{
	"https://a:b", "sk-ant-api03-", "api_key", "xoxb-", "key=", "-----BEGIN ", ".eyJ", "1", "eyJ", "4111 ", "adobe", "a@", "::", `{"a":`, "%25",
	"\\", "%7B", "&#", "&#97;", "=3D", "=\n", "\\u0041", "а1", "１", "\u200b", "H4sI/", "eJwA", "QUJDREVG", "QUJDREVGR0hJSktM\n", "61626364", "6162-", "a.b@", "pat_", "-----BEGIN KEY-----", "\"", "é", "\xff", "password=", "123-45-", "((((",
}

// TestLinear is invariant 5: sixteen times the text may take sixteen times the
// steps, and no text more than the budget.
func TestLinear(t *testing.T) {
	var rules []rule.Rule
	for i, p := range append(patterns[:len(patterns):len(patterns)], `-----BEGIN KEY-----[\s\S]*?-----END`, `(?:a+)+b`, `[a-z.]+@[a-z.]+x`, `\b\d[\d ]{12,22}z`) {
		rules = append(rules, rule.Rule{ID: "r" + string(rune('a'+i)), Class: rule.Secret, Pattern: p})
	}
	rules = append(rules, rule.Rule{ID: "key", Class: rule.Secret, Keys: []string{"password", "key"}, Pattern: `.+`},
		rule.Rule{ID: "near", Class: rule.Secret, Keywords: []string{"adobe"}, Pattern: `[a-f0-9]{32}`})
	e, err := Compile(rules)
	if err != nil {
		t.Fatal(err)
	}
	steps := func(unit string, size int) int {
		s := newScanner(e)
		text := strings.Repeat(unit, size/len(unit)+1)[:size]
		s.in = &Text{Text: text, Want: e.All(), MaxDepth: 32, MaxDecode: 3}
		s.scan()
		if most := textPerByte*size + textBase; s.work > most+most/4 {
			t.Errorf("%q: %d steps for %d bytes", unit, s.work, size)
		}
		return s.work
	}
	for _, unit := range hostile {
		small, large := steps(unit, 16<<10), steps(unit, 256<<10)
		if large > 20*(small+textBase/64) {
			t.Errorf("%q: %d steps for 16 KiB, %d for 256 KiB", unit, small, large)
		}
	}
}
