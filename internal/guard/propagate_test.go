package guard

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

func TestPropagation(t *testing.T) {
	g := newGuard(t, nil)
	const value = `S3cr"t/7xQ9`
	inBase64 := base64.StdEncoding.EncodeToString([]byte(value))
	inBase64 = strings.TrimRight(inBase64, "=")
	for _, c := range []struct{ text, want string }{
		{"login with " + value + " failed", "login with [redacted:password] failed"},
		{value, "[redacted:password]"},
		{"x" + value, "x" + value}, // part of a longer word
		{`{"a":"S3cr\"t/7xQ9","b":1}`, `{"a":"[redacted:password]","b":1}`},
		{"GET /x?q=S3cr%22t%2F7xQ9&p=1", "GET /x?q=REDACTED&p=1"},
		{"it was S3cr%22t%2F7xQ9", "it was [redacted:password]"},
		{"basic " + inBase64 + "=", "basic [redacted:password]="},
	} {
		got := applied(g, field.Resource{}, attribute("password", value), attribute("note", c.text))
		if want := []string{"[redacted:password]", c.want}; !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", c.text, got, want)
		}
		// It makes no difference which comes first.
		if got := applied(g, field.Resource{}, attribute("note", c.text), attribute("password", value)); got[0] != c.want {
			t.Errorf("%s before it: got %q, want %q", c.text, got, c.want)
		}
		if strings.HasPrefix(c.text, "{") && !json.Valid([]byte(got[1])) {
			t.Errorf("%s is no longer JSON: %s", c.text, got[1])
		}
	}
	key := attribute("S3cretKey77", "S3cretKey77")
	key.Kind = field.Key
	if got := applied(g, field.Resource{}, attribute("password", "S3cretKey77"), key); got[1] != "[redacted:password]" {
		t.Errorf("as a key: got %q", got)
	}
	number := attribute("count", "4242424242424242")
	number.Kind = field.Number
	if got := applied(g, field.Resource{}, attribute("password", "4242424242424242"), number); !strings.HasPrefix(got[1], "[redacted:") {
		t.Errorf("as a number: got %q", got)
	}
	if got := applied(g, field.Resource{}, attribute("password", "4242424242424240"), attribute("json", `{"n":4242424242424240}`)); got[1] != `{"n":"[redacted:password]"}` {
		t.Errorf("as a JSON number: got %q", got)
	}
}

// TestNotPropagated: what could be anything proves nothing elsewhere.
func TestNotPropagated(t *testing.T) {
	for _, value := range []string{
		"hunter2", "production", "12345678", "us-east-1", "shop-db-02", "a.example.com", "2026-03-01T10:11:12", "10.20.30.40", "true", "very long pass phrase", "[redacted:none]x1y2z3",
	} {
		if provable(rule.Secret, value) && len(value) >= 8 && !strings.Contains(value, "redacted") {
			t.Errorf("%q would be masked everywhere", value)
		}
		g := newGuard(t, nil)
		if got := applied(g, field.Resource{}, attribute("password", value), attribute("note", "in "+value)); got[1] != "in "+value && !strings.Contains(value, "redacted") {
			t.Errorf("%q: got %q", value, got)
		}
	}
	for _, c := range []struct {
		class rule.Class
		value string
		want  bool
	}{
		{rule.Secret, "S3cr3tP@ss", true},
		{rule.Secret, "hunter22", true},
		{rule.Secret, "0123456789012", true},
		{rule.Payment, "4111 1111 1111 1111", true},
		{rule.Payment, "DE89370400440532013000", true},
		{rule.Identity, "123-45-6789", true},
		{rule.Identity, "2001-02-03", false},
		{rule.Identity, "20010203", false},
		{rule.Contact, "joe1@example.org", false},
		{rule.Person, "Joe77Bloggs", false},
	} {
		if got := provable(c.class, c.value); got != c.want {
			t.Errorf("%s %q: got %v", c.class, c.value, got)
		}
	}
}

// TestPropagationUnderPolicy: a proof in one place takes nothing from what the policy
// says of another.
func TestPropagationUnderPolicy(t *testing.T) {
	const value, text = "S3cr3tKey77", "in S3cr3tKey77"
	packs := []string{"payment"}
	for name, c := range map[string]struct {
		change func(*policy.Policy)
		path   string
		want   string
	}{
		"a field left alone":      {func(p *policy.Policy) { p.Fields.Leave = []string{"note"} }, "note", "in [redacted:password]"},
		"an allowed value":        {func(p *policy.Policy) { p.Allow = []policy.Allow{{Value: value, Reason: "x"}} }, "note", text},
		"shadow mode":             {func(p *policy.Policy) { p.Mode = "shadow" }, "note", text},
		"the rule in shadow mode": {func(p *policy.Policy) { p.Modes = map[string]string{"password": "shadow"} }, "note", text},
		"a resource without it": {func(p *policy.Policy) {
			p.Overrides = []policy.Override{{Match: map[string]string{"service.name": "hr"}, Packs: &packs}}
		}, "note", text},
		"a resource in shadow": {func(p *policy.Policy) {
			p.Overrides = []policy.Override{{Match: map[string]string{"service.name": "hr"}, Mode: "shadow"}}
		}, "note", text},
		"a resource of the policy": {func(p *policy.Policy) {
			p.Overrides = []policy.Override{{Match: map[string]string{"service.name": "x"}, Mode: "shadow"}}
		}, "note", "in [redacted:password]"},
	} {
		g := newGuard(t, c.change)
		s := g.Session(t.Context())
		s.Resource(field.Resource{})
		s.Add(attribute("password", value))
		s.Resource(field.Resource{Attrs: []field.Attr{{Key: "service.name", Value: "hr"}}})
		note := attribute(c.path, text)
		note.Ref, note.Record = 1, 1
		s.Add(note)
		got := text
		edits, _ := s.Resolve()
		for _, e := range edits {
			if e.Ref == 1 {
				got = e.Text
			}
		}
		s.Close()
		if got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// TestPropagationIsLinear: many proven values that are ends of one another, and a text
// that holds them all over, take time in proportion.
func TestPropagationIsLinear(t *testing.T) {
	g := newGuard(t, nil)
	var slots []field.Slot
	long := strings.Repeat("a1B", 100)
	for n := len(long); n > 40; n-- {
		slots = append(slots, attribute("password", long[len(long)-n:]))
	}
	took := func(size int) time.Duration {
		batch := append(slices.Clone(slots), attribute("note", strings.Repeat(long+" ", size)))
		best := time.Hour
		for range 3 {
			start := time.Now()
			out := applied(g, field.Resource{}, batch...)
			best = min(best, time.Since(start))
			if strings.Contains(out[len(out)-1], long) {
				t.Fatal("the value came through")
			}
		}
		return best
	}
	if small, large := took(20), took(160); large > 40*small {
		t.Errorf("8 times the text takes %s instead of %s", large, small)
	}
}

// TestBatchStaysJSON is invariant 8 for what is found in one text because of another.
func TestBatchStaysJSON(t *testing.T) {
	g := newGuard(t, nil)
	rapid.Check(t, func(t *rapid.T) {
		docs := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
			return strings.NewReplacer("hunter2", "S3cr3tKey77", "-----BEGIN KEY-----", "S3cr3t K\u00e9y77x").Replace(document(t, 0))
		}), 1, 4).Draw(t, "documents")
		slots := []field.Slot{attribute("password", "S3cr3tKey77"), attribute("db.password", "4111111111111110")}
		for i, sl := range asBodies(docs...) {
			sl.Record = uint32(i + 1)
			slots = append(slots, sl)
		}
		for i, got := range applied(g, field.Resource{}, slots...)[2:] {
			if !json.Valid([]byte(got)) {
				t.Fatalf("%s\nbecomes\n%s", docs[i], got)
			}
		}
	})
}
