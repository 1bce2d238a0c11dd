package guard

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/policy"
)

func TestInspect(t *testing.T) {
	shadow := func(p *policy.Policy) { p.Mode = "shadow" }
	lists := func(p *policy.Policy) { p.Fields = policy.Fields{Mask: []string{"pin"}, Drop: []string{"cookie"}} }
	for _, c := range []struct {
		change    func(*policy.Policy)
		key, text string
		want      string
	}{
		{nil, "", "nothing", ""},
		{nil, "", "a pat_0123456789ab b@example.com", "pat 2-18 high mask true, email 19-32 high mask true"},
		{nil, "", "[redacted:pat] pat_0123456789ab", "pat 15-31 high mask true"},
		{shadow, "", "pat_0123456789ab", "pat 0-16 high mask false"},
		{lists, "pin", "1234", "field 0-4 high mask true"},
		{lists, "pin", "[redacted:field]", ""},
		{lists, "cookie", "a=b", ""}, // the key's slot says it
		{nil, "", "QQ123456", ""},
		{func(p *policy.Policy) { p.Allow = []policy.Allow{{Value: "pat_0123456789ab", Reason: "x"}} }, "", "pat_0123456789ab", ""},
	} {
		s := newGuard(t, c.change).Session(context.Background())
		s.Add(field.Slot{Ref: 7, Text: c.text, Place: field.Place{Part: field.Attribute, Key: c.key, Path: c.key}})
		var got []string
		for _, g := range s.Inspect(finding.NewFingerprinter(nil)) {
			got = append(got, fmt.Sprintf("%s %d-%d %s %s %t", g.Rule, g.Span.Start, g.Span.End, g.Confidence, g.Action, g.Enforced))
			if g.Ref != 7 || (g.Rule != "field") != strings.HasPrefix(g.Fingerprint, "run:") {
				t.Errorf("%+v", g)
			}
		}
		s.Close()
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s in %q: got %q, want %q", c.text, c.key, got, c.want)
		}
	}
}

// TestInspectAgreesWithResolve: what Inspect finds is what Resolve acts on.
func TestInspectAgreesWithResolve(t *testing.T) {
	g := newGuard(t, nil)
	for _, text := range []string{"", "clean", "pat_0123456789ab", "x 4111 1111 1111 1111", `{"password":"hunter2"}`} {
		s := g.Session(context.Background())
		s.Add(field.Slot{Text: text})
		found := len(s.Inspect(nil)) > 0
		s.Close()
		s = g.Session(context.Background())
		s.Add(field.Slot{Text: text})
		edits, _ := s.Resolve()
		if found != (len(edits) > 0) {
			t.Errorf("%q: Inspect says %v, Resolve %v", text, found, len(edits) > 0)
		}
		s.Close()
	}
}

func TestInspectWithoutPolicy(t *testing.T) {
	g, err := New(nil, finding.Discard{})
	if err != nil {
		t.Fatal(err)
	}
	s := g.Session(context.Background())
	defer s.Close()
	s.Add(field.Slot{Text: "anything"})
	if found := s.Inspect(nil); len(found) != 1 || found[0].Reason != field.ReasonConfig {
		t.Errorf("%+v", found)
	}
}
