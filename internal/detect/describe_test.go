package detect

import (
	"testing"

	"github.com/airtight-telemetry/airtight/internal/rule"
)

// TestPredict holds each prediction to the right order of magnitude.
func TestPredict(t *testing.T) {
	for name, c := range map[string]struct {
		rule             rule.Rule
		literal          string
		bits             int
		least, most      float64 // candidates in a KiB
		cheapest, dearer float64 // ns in a KiB
	}{
		"rare literal": {rule.Rule{Pattern: `\bacme_[a-z]{8}`}, "acme_", 26, 0, 0.001, 0, 1},
		"the weakest":  {rule.Rule{Pattern: `(?:@@@|x_y)[a-z]{8}`}, "x_y", 18, 0, 0.1, 0, 10},
		"word":         {rule.Rule{Pattern: `\d{9}`, Keywords: []string{"passport number"}}, "passport", wordBits, 0.001, 0.01, 0.5, 5},
		"key":          {rule.Rule{Keys: []string{"api secret"}}, "secret", wordBits, 0.001, 0.01, 0.5, 5},
		"shape":        {rule.Rule{Pattern: `\b[1-9]\d{2}-\d{2}-\d{4}\b`}, "", 0, 1e-6, 1, 0, 100},
		"no literal":   {rule.Rule{Pattern: `[a-z]+\d+[a-z]+`}, "", 0, 1024, 1024, 500, 1e5},
	} {
		c.rule.ID = "acme"
		got, err := Predict(&c.rule)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		switch {
		case c.literal == "" && len(got.Triggers) > 0:
			t.Errorf("%s: triggers %v, want none", name, got.Triggers)
		case c.literal != "" && (len(got.Triggers) == 0 || got.Triggers[0] != Trigger{c.literal, c.bits}):
			t.Errorf("%s: triggers %v, want first %q of %d bits", name, got.Triggers, c.literal, c.bits)
		}
		if got.Candidates < c.least || got.Candidates > c.most {
			t.Errorf("%s: %g candidates, want %g to %g", name, got.Candidates, c.least, c.most)
		}
		if got.Nanoseconds < c.cheapest || got.Nanoseconds > c.dearer {
			t.Errorf("%s: %g ns, want %g to %g", name, got.Nanoseconds, c.cheapest, c.dearer)
		}
	}
	if _, err := Predict(&rule.Rule{ID: "acme", Pattern: "("}); err == nil {
		t.Error("a pattern that is none is predicted")
	}
}
