package configguard

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/guard"
)

// edited is what a gate makes of a harmless text: nothing, or a tombstone.
func edited(g *guard.Guard) string {
	s := g.Session(context.Background())
	defer s.Close()
	s.Resource(field.Resource{Signal: field.Logs})
	s.Add(field.Slot{Place: field.Place{Signal: field.Logs, Part: field.Body}, Text: "all is well"})
	edits, _ := s.Resolve()
	if len(edits) == 0 {
		return ""
	}
	return edits[0].Text
}

func TestBuild(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ file, onBadPolicy, degraded, err string }{
		{"mode: enforce\n", Refuse, "", ""},
		{"mode: enforce\n", Tombstone, "", ""},
		{"mode: none\n", Refuse, "", "mode: must be enforce or shadow"},
		{"mode: none\n", Tombstone, "mode: must be enforce or shadow", ""},
		// A rule must find its own examples.
		{"rules: [{id: a-b, class: identity, pattern: 'AB[0-9]{6}', examples: {match: [CD123456]}}]\n", Refuse, "", "p.yaml:1:78: rules[0].examples.match[0]"},
		{"rules: [{id: a-b, class: identity, pattern: 'AB[0-9]{6}', examples: {match: [CD123456]}}]\n", Tombstone, "p.yaml:1:78: rules[0].examples.match[0]", ""},
	} {
		cfg := Default()
		cfg.PolicyFile, cfg.OnBadPolicy = write(t, filepath.Join(dir, "p.yaml"), c.file), c.onBadPolicy
		g, degraded, err := cfg.Build(finding.Discard{})
		for _, k := range []struct {
			got  error
			want string
		}{{degraded, c.degraded}, {err, c.err}} {
			if (k.got == nil) != (k.want == "") || k.got != nil && !strings.Contains(k.got.Error(), k.want) {
				t.Errorf("%q %s: got %v, want %q", c.file, c.onBadPolicy, k.got, k.want)
			}
		}
		if (g == nil) != (c.err != "") {
			t.Errorf("%q %s: gate %v beside error %v", c.file, c.onBadPolicy, g, err)
		}
		want := ""
		if degraded != nil {
			want = field.ReasonConfig.TombstoneText()
		}
		if g != nil && edited(g) != want {
			t.Errorf("%q %s: a harmless text becomes %q", c.file, c.onBadPolicy, edited(g))
		}
	}
}

// TestDegradedGateHeals: what started without a policy gets one by reload.
func TestDegradedGateHeals(t *testing.T) {
	cfg := Default()
	cfg.PolicyFile, cfg.OnBadPolicy = write(t, filepath.Join(t.TempDir(), "p.yaml"), "mode: none\n"), Tombstone
	g, degraded, err := cfg.Build(finding.Discard{})
	if degraded == nil || err != nil {
		t.Fatal(degraded, err)
	}
	reports := make(chan error, 10)
	w := cfg.Watch(g.Swap, func(err error) { reports <- err })
	defer w.Close()
	write(t, cfg.PolicyFile, "mode: enforce\n")
	select {
	case err := <-reports:
		if err != nil || edited(g) != "" {
			t.Errorf("after the reload (%v) a harmless text becomes %q", err, edited(g))
		}
	case <-time.After(2 * time.Second):
		t.Error("no reload within two seconds")
	}
}
