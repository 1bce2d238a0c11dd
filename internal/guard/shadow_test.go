package guard

import (
	"context"
	"maps"
	"testing"
	"time"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// byRule counts findings by their rule.
type byRule struct {
	finding.Discard
	n map[string]int
}

func (o byRule) Found(f finding.Finding, n int) { o.n[f.Rule] += n }

// In shadow mode a value that several rules find counts once, as it does when it is
// masked.
func TestShadowCountsAsEnforcing(t *testing.T) {
	count := func(mode, key, text string) map[string]int {
		p := policy.Default()
		p.Mode = mode
		c, err := policy.Compile(p, &rule.Catalogue{Version: "2026.12", Rules: rules}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		o := byRule{n: map[string]int{}}
		g, err := New(c, o)
		if err != nil {
			t.Fatal(err)
		}
		s := g.Session(context.Background())
		defer s.Close()
		s.Add(field.Slot{Text: text, Place: field.Place{Part: field.Attribute, Key: key, Path: key}})
		s.Resolve()
		return o.n
	}
	for _, c := range []struct{ key, text string }{
		{"msg", "password=pat_0123456789ab"},
		{"password", "pat_0123456789ab"},
		{"msg", "https://joe:pat_0123456789ab@example.org/ joe@example.org pat_ba9876543210"},
		{"msg", "nothing here"},
		{"msg", "vendorco 0123456789abcdef0123 card 4111 1111 1111 1111"},
	} {
		masked, shadow := count("enforce", c.key, c.text), count("shadow", c.key, c.text)
		if !maps.Equal(masked, shadow) {
			t.Errorf("%s: %s: masked %v, in shadow mode %v", c.key, c.text, masked, shadow)
		}
	}
}
