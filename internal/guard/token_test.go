package guard

import (
	"context"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/keyring"
	"github.com/airtight-telemetry/airtight/internal/policy"
)

// tokenGuard tokenises e-mail under the keyring.
func tokenGuard(t *testing.T, ring *keyring.Ring) *Guard {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keyring.yaml")
	if err := ring.Create(path); err != nil {
		t.Fatal(err)
	}
	return newGuard(t, func(p *policy.Policy) {
		p.Keyring, p.Actions = path, map[string]string{"contact": "token"}
	})
}

func TestToken(t *testing.T) {
	start := time.Now().Add(-time.Hour)
	ring, err := keyring.Generate("k1", start, 0)
	if err != nil {
		t.Fatal(err)
	}
	g := tokenGuard(t, ring)
	first := under(g, "msg", "from joe@example.org")
	if !regexp.MustCompile(`^from contact_k1_[a-z2-7]{16}$`).MatchString(first) {
		t.Fatalf("got %s", first)
	}
	token := strings.TrimPrefix(first, "from ")
	for _, c := range []struct{ text, want string }{
		{"joe@example.org", token},
		{"to joe@example.org and joe@example.org", "to " + token + " and " + token},
		{first, first},
		{"GET /x?mail=joe%40example.org HTTP/1.1", "GET /x?mail=" + token + " HTTP/1.1"},
	} {
		got := under(g, "msg", c.text)
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.text, got, c.want)
		}
		if again := under(g, "msg", got); again != got {
			t.Errorf("%s: %s is not stable: %s", c.text, got, again)
		}
	}
	if other := under(g, "msg", "from ann@example.org"); other == first {
		t.Error("two addresses have one token")
	}

	// After a rotation new tokens are made with the new key, and the old ones stay.
	rotated, err := ring.Rotate("k2", time.Now().Add(-time.Minute), keyring.Rotation{Overlap: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	next := tokenGuard(t, rotated)
	if got := under(next, "msg", "from joe@example.org"); !strings.HasPrefix(got, "from contact_k2_") {
		t.Errorf("after rotation: got %s", got)
	}
	if got := under(next, "password", token); got != token {
		t.Error("a token of the old key is not recognised")
	}
	// A token of a key that is not in the ring is ordinary text.
	if got := under(g, "password", strings.Replace(token, "k1", "k9", 1)); got != "[redacted:password]" {
		t.Errorf("a forged token hides something: %s", got)
	}
}

// TestTokenIsDistinct: only a token of a whole text tells its originals apart.
func TestTokenIsDistinct(t *testing.T) {
	ring, err := keyring.Generate("k1", time.Now().Add(-time.Hour), 0)
	if err != nil {
		t.Fatal(err)
	}
	g := tokenGuard(t, ring)
	for _, c := range []struct {
		text string
		want bool
	}{{"joe@example.org", true}, {"to joe@example.org", false}, {"pat_0123456789ab", false}} {
		s := g.Session(context.Background())
		s.Add(field.Slot{Text: c.text, Place: field.Place{Part: field.Attribute, Key: "k", Path: "k"}})
		edits, _ := s.Resolve()
		if len(edits) != 1 || edits[0].Distinct != c.want {
			t.Errorf("%s: %d edits, distinct is not %v", c.text, len(edits), c.want)
		}
		s.Close()
	}
}
