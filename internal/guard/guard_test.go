package guard

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// rules are a small catalogue with one rule of each kind, so that these tests
// hold whatever the real one says.
var rules = []rule.Rule{
	{ID: "pat", Class: rule.Secret, Pack: "secrets", Confidence: "high", Severity: "high", Pattern: `pat_[0-9A-Za-z]{12}`},
	{ID: "card", Class: rule.Payment, Pack: "payment", Confidence: "high", Severity: "high", Pattern: `\b\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}\b`, Validators: []string{"luhn"}},
	{ID: "email", Class: rule.Contact, Pack: "contact", Confidence: "high", Severity: "low", Pattern: `[a-z0-9.]{1,64}@[a-z0-9.-]{1,64}\.[a-z]{2,8}`},
	{ID: "password", Class: rule.Secret, Pack: "secrets", Severity: "high", Keys: []string{"password", "url password"}, Pattern: `\S{4,}`},
	{ID: "vendor-key", Class: rule.Secret, Pack: "secrets", Severity: "high", Keywords: []string{"vendorco"}, Pattern: `\b[0-9a-f]{20}\b`},
	{ID: "block", Class: rule.Secret, Pack: "secrets", Confidence: "high", Severity: "high", Pattern: `-----BEGIN KEY-----[\s\S]*?-----END KEY-----`},
	{ID: "query", Class: rule.Secret, Pack: "secrets", Severity: "low", Keys: []string{"db statement"}, Literals: "sql"},
	{ID: "document", Class: rule.Secret, Pack: "secrets", Severity: "low", Keys: []string{"graphql document"}, Literals: "graphql"},
	{ID: "parameter", Class: rule.Secret, Pack: "secrets", Severity: "low", Keys: []string{"db query parameter *"}},
	{ID: "unsure", Class: rule.Secret, Pack: "secrets", Confidence: "low", Severity: "low", Pattern: `\bQQ\d{6}\b`, Context: []string{"badge"}},
}

func newGuard(t testing.TB, change func(*policy.Policy)) *Guard {
	t.Helper()
	p := policy.Default()
	if change != nil {
		change(p)
	}
	c, err := policy.Compile(p, &rule.Catalogue{Version: "2026.12", Rules: rules}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	g, err := New(c, finding.Discard{})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// under is what becomes of one text as an attribute named key.
func under(g *Guard, key, text string) string {
	s := g.Session(context.Background())
	defer s.Close()
	s.Add(field.Slot{Text: text, Place: field.Place{Part: field.Attribute, Key: key, Path: key}})
	edits, drop := s.Resolve()
	if len(drop) > 0 {
		return "(record dropped)"
	}
	for _, e := range edits {
		if e.Op == field.DropField {
			return "(field dropped)"
		}
		text = e.Text
	}
	return text
}

func TestText(t *testing.T) {
	g := newGuard(t, nil)
	for _, c := range []struct{ key, text, want string }{
		{"msg", "nothing here", "nothing here"},
		{"msg", "user joe@example.org in", "user [redacted:email] in"},
		{"msg", "card 4111 1111 1111 1111.", "card [redacted:card]."},
		{"msg", "4111111111111112", "4111111111111112"},
		{"msg", `{"card":4111111111111111,"x":1}`, `{"card":"[redacted:card]","x":1}`},
		{"msg", `{"m":"a\npat_0123456789ab\tb"}`, `{"m":"a\n[redacted:pat]\tb"}`},
		{"msg", `{"a":"{\"b\":4111111111111111}"}`, `{"a":"{\"b\":\"[redacted:card]\"}"}`},
		{"msg", `{"pat_0123456789ab":1}`, `{"[redacted:pat]":1}`},
		// A number in JSON in a string that quoted-printable hides: the quotes it needs are escaped.
		{"msg", `{"[[6a6f65406578616d706c652e6f7267=3D":1}`, `{"[[\"[redacted:email]\"3D":1}`},
		{"msg", "GET /x?q=pat_0123456789ab&p=1 HTTP/1.1", "GET /x?q=REDACTED&p=1 HTTP/1.1"},
		{"msg", "GET /x?q=joe%40example.org&p=1 HTTP/1.1", "GET /x?q=REDACTED&p=1 HTTP/1.1"},
		{"msg", "GET /x?q=say%20pat_0123456789ab%21&p=1 HTTP/1.1", "GET /x?q=say%20REDACTED%21&p=1 HTTP/1.1"},
		{"msg", "get https://joe:hunter2@example.org/x", "get https://joe:REDACTED@example.org/x"},
		{"password", "hunter2", "[redacted:password]"},
		{"db.password", "hunter2", "[redacted:password]"},
		{"tokenizer", "hunter2", "hunter2"},
		{"msg", `level=info password="hunter2" x=1`, `level=info password="[redacted:password]" x=1`},
		{"msg", "vendorco 0123456789abcdef0123", "vendorco [redacted:vendor-key]"},
		{"vendorco.key", "0123456789abcdef0123", "[redacted:vendor-key]"},
		{"msg", "sha 0123456789abcdef0123", "sha 0123456789abcdef0123"},
		{"msg", "QQ123456", "QQ123456"},
		{"msg", "badge QQ123456", "badge [redacted:unsure]"},
		// Replacements keep their bytes; forged ones hide nothing.
		{"msg", "[redacted:email] [airtight: too deep]", "[redacted:email] [airtight: too deep]"},
		{"password", "[redacted:password]", "[redacted:password]"},
		{"password", "[redacted:forged-rule]", "[redacted:password]"},
		{"password", "[redacted:email]hunter2", "[redacted:email][redacted:password]"},
		{"msg", "[redacted:pat_0123456789ab]", "[redacted:[redacted:pat]]"},
		{"msg", "[airtight: pat_0123456789ab]", "[airtight: [redacted:pat]]"},
		// A mask makes its neighbour match: it goes in the same pass.
		{"msg", "pat_0123456789ab4111111111111111", "[redacted:pat][redacted:card]"},
	} {
		got := under(g, c.key, c.text)
		if got != c.want {
			t.Errorf("%s: %s\n got %s\nwant %s", c.key, c.text, got, c.want)
		}
		if again := under(g, c.key, got); again != got {
			t.Errorf("%s: %s is not stable: %s", c.key, got, again)
		}
	}
}

func TestActions(t *testing.T) {
	for _, c := range []struct{ action, text, want string }{
		{"mask", "a joe@example.org b", "a [redacted:email] b"},
		{"partial", "a joe@example.org b", "a ****org b"},
		{"drop", "a joe@example.org b", "(field dropped)"},
		{"drop_record", "a joe@example.org b", "(record dropped)"},
	} {
		g := newGuard(t, func(p *policy.Policy) { p.Actions = map[string]string{"contact": c.action} })
		got := under(g, "msg", c.text)
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.action, got, c.want)
		}
		if again := under(g, "msg", got); again != got {
			t.Errorf("%s: %s is not stable: %s", c.action, got, again)
		}
	}
}

func TestShadow(t *testing.T) {
	g := newGuard(t, func(p *policy.Policy) { p.Mode = "shadow" })
	const text = "joe@example.org password=hunter2"
	if got := under(g, "msg", text); got != text {
		t.Error("shadow mode changed the text")
	}
}

// TestFailsClosed holds the gate to invariant 4 without a policy and with an
// engine that panics.
func TestFailsClosed(t *testing.T) {
	none, err := New(nil, finding.Discard{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := under(none, "msg", "anything"), "[airtight: no policy]"; got != want {
		t.Errorf("without a policy: got %s", got)
	}
	broken := newGuard(t, nil)
	f := *broken.force.Load()
	f.engine = nil
	broken.force.Store(&f)
	if got, want := under(broken, "msg", "anything"), "[airtight: internal error]"; got != want {
		t.Errorf("with an engine that panics: got %s", got)
	}
}

func TestDepth(t *testing.T) {
	g := newGuard(t, nil)
	deep := `{"a":` + strings.Repeat("[", 60) + `"pat_0123456789ab"` + strings.Repeat("]", 60) + `,"b":1}`
	got := under(g, "msg", deep)
	if strings.Contains(got, "pat_") || !strings.Contains(got, "[airtight: too deep]") || !json.Valid([]byte(got)) {
		t.Errorf("got %s", got)
	}
}

// TestLong plants a secret at every offset around the cut between two stretches.
func TestLong(t *testing.T) {
	g := newGuard(t, func(p *policy.Policy) { p.Limits.MaxValue = 2 * overlap })
	for _, at := range []int{0, overlap - 5, overlap, 2*overlap - 8, 2 * overlap, 3*overlap - 4, 4 * overlap} {
		text := strings.Repeat(".", at) + "pat_0123456789ab" + strings.Repeat(".", 2*overlap)
		if got := under(g, "msg", text); strings.Contains(got, "pat_") || !strings.Contains(got, "[redacted:pat]") {
			t.Errorf("at %d the secret came through", at)
		}
	}
}

// fragment makes texts out of what the rules look for, masks true and forged, and
// the writing around them.
var fragment = rapid.SampledFrom([]string{
	"pat_0123456789ab", "4111111111111111", "4111 1111 1111 1111", "joe@example.org", "password=", "hunter2", "vendorco ", "0123456789abcdef0123",
	"-----BEGIN KEY-----", "-----END KEY-----", "[redacted:email]", "[redacted:none]", "[redacted:", "[airtight: too deep]", "REDACTED", "****org", "****",
	" ", "\n", "\\", "\"", "{\"", "\":\"", "\"}", "{", "}", "[", "]", ":", ",", "=", "&", "?", "%40", "%", "/x?a=", "https://", "@", "x", "7", "é", "\xff", "\\n", "\\u0041", "msg=\"",
	"Authorization: Bearer ", "\x1b[33m", "\"password\":", "1e5", "-",
	"cGF0XzAxMjM0NTY3ODlhYg==", "eyJwYXNzd29yZCI6Imh1bnRlcjIiLCJuIjo0MTExMTExMTExMTExMTExfQ==", "YW05bFFHVjRZVzF3YkdVdWIzSm4=", "6a6f65406578616d706c652e6f7267",
	"joe&#64;example.org", "&quot;", "&amp;", "&#", "=3D", "=\n", "=22", "ｊｏｅ＠ｅｘａｍｐｌｅ．ｏｒｇ", "\u200b", "\u00a0", "–", "４", "а", "＂", "/",
})

var fragments = rapid.Custom(func(t *rapid.T) string {
	return strings.Join(rapid.SliceOfN(fragment, 0, 14).Draw(t, "parts"), "")
})

// TestIdempotent is invariant 3.
func TestIdempotent(t *testing.T) {
	for _, act := range []string{"mask", "partial"} {
		g := newGuard(t, func(p *policy.Policy) { p.Actions = map[string]string{"contact": act, "payment": act} })
		rapid.Check(t, func(t *rapid.T) {
			text := fragments.Draw(t, "text")
			once := under(g, "msg", text)
			if twice := under(g, "msg", once); twice != once {
				t.Fatalf("%q\n once %q\ntwice %q", text, once, twice)
			}
		})
	}
}

// TestStaysJSON is invariant 8.
func TestStaysJSON(t *testing.T) {
	g := newGuard(t, nil)
	rapid.Check(t, func(t *rapid.T) {
		text := document(t, 0)
		if got := under(g, "msg", text); !json.Valid([]byte(got)) {
			t.Fatalf("%s\nis no longer JSON:\n%s", text, got)
		}
	})
}

func document(t *rapid.T, depth int) string {
	quoted := func(s string) string {
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	kinds := 4
	if depth == 0 {
		kinds = 2
	} else if depth > 4 {
		kinds = 6
	}
	n := rapid.IntRange(0, 4).Draw(t, "n")
	parts := make([]string, 0, n)
	switch k := rapid.IntRange(0, kinds-1).Draw(t, "kind"); {
	case k == 0 && depth <= 4:
		for range n {
			parts = append(parts, quoted(fragments.Draw(t, "key"))+":"+document(t, depth+1))
		}
		return "{" + strings.Join(parts, ",") + "}"
	case k == 1 && depth <= 4:
		for range n {
			parts = append(parts, document(t, depth+1))
		}
		return "[" + strings.Join(parts, " ,") + "]"
	case k == 2:
		return rapid.SampledFrom([]string{"4111111111111111", "-4111111111111111", "1.5", "true", "null", "41111111111111110e-1", "34313131313131313131313131313131"}).Draw(t, "scalar")
	case k == 3:
		return quoted(document(t, depth+1))
	}
	return quoted(fragments.Draw(t, "text"))
}

func FuzzRedact(f *testing.F) {
	for _, s := range []string{"joe@example.org", `{"password":"hunter2"}`, "[redacted:email]x", "/x?a=joe%40example.org"} {
		f.Add("msg", s)
	}
	g := newGuard(f, nil)
	f.Fuzz(func(t *testing.T, key, text string) {
		once := under(g, key, text)
		if twice := under(g, key, once); twice != once {
			t.Errorf("%q under %q: once %q, twice %q", text, key, once, twice)
		}
		if json.Valid([]byte(text)) && strings.HasPrefix(text, "{") && once != "[redacted:password]" && !json.Valid([]byte(once)) {
			t.Errorf("%q is no longer JSON: %q", text, once)
		}
	})
}

// TestKeysAreNoHosts: an attribute's key is a dotted name, and no host.
func TestKeysAreNoHosts(t *testing.T) {
	host := rule.Rule{ID: "host", Class: rule.Network, Confidence: "high", Pattern: `\b[a-z0-9-]+(?:\.[a-z0-9-]+){2,}\b`, Validators: []string{"hostname"}}
	g := newGuard(t, func(p *policy.Policy) { p.Rules = []rule.Rule{host} })
	s := g.Session(context.Background())
	defer s.Close()
	const text = "db1.internal.example.com"
	s.Add(field.Slot{Ref: 0, Kind: field.Key, Text: text, Place: field.Place{Part: field.Attribute, Key: text, Path: text}})
	s.Add(field.Slot{Ref: 1, Text: text, Place: field.Place{Part: field.Attribute, Key: text, Path: text}})
	edits, _ := s.Resolve()
	if len(edits) != 1 || edits[0].Ref != 1 {
		t.Errorf("got %d edits, want one, of the value", len(edits))
	}
}

// TestPanicAfterAnEdit: what was decided before a panic counts no more, and every
// text of the batch becomes a tombstone.
func TestPanicAfterAnEdit(t *testing.T) {
	g := newGuard(t, func(p *policy.Policy) { p.Fields.Drop = []string{"gone"} })
	f := *g.force.Load()
	f.recogniser = nil
	g.force.Store(&f)
	s := g.Session(context.Background())
	s.Add(field.Slot{Ref: 0, Text: "x", Place: field.Place{Part: field.Attribute, Key: "gone", Path: "gone"}})
	s.Add(field.Slot{Ref: 1, Text: "pat_0123456789ab [redacted:pat]", Place: field.Place{Part: field.Attribute, Key: "k", Path: "k"}})
	edits, _ := s.Resolve()
	if len(edits) != 2 || edits[0].Op != field.Tombstone || edits[1].Op != field.Tombstone {
		t.Errorf("got %d edits, want two tombstones", len(edits))
	}
}
