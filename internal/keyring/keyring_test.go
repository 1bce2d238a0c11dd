package keyring

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/airtight-telemetry/airtight/internal/secret"
)

var now = time.Date(2026, 12, 10, 12, 0, 0, 0, time.UTC)

// material is the base64 of n bytes; the tests look for it in what is printed.
func material(n int) string { return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("k"), n)) }

func TestParse(t *testing.T) {
	r, err := Parse("k.yaml", []byte(fmt.Sprintf(`
keys:
  - {id: old, created: 2025-01-01, not_after: 2026-01-01, secret: %[1]s}
  - {id: k2, created: 2026-11-01T00:00:00Z, secret: %[1]s}
  - {id: k1, created: "2026-06-01T00:00:00+02:00", not_after: 2026-12-31, secret: %[1]s}
  - {id: next, created: 2027-01-01, secret: %[1]s}
`, material(32))), now)
	if err != nil {
		t.Fatal(err)
	}
	if r.Current().ID != "k2" {
		t.Errorf("current is %s", r.Current().ID)
	}
	var ids []string
	for _, k := range r.Keys() {
		ids = append(ids, k.ID)
	}
	if got := strings.Join(ids, " "); got != "next k2 k1 old" {
		t.Errorf("newest first: %s", got)
	}
	if k, ok := r.Key("old"); !ok || k.ValidAt(now) {
		t.Errorf("an old key: %v, %v", k, ok)
	}
	if _, ok := r.Key("none"); ok {
		t.Error("found a key that is not there")
	}
	if got := r.NextChange(now); !got.Equal(time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("next change %s", got)
	}
	if got := r.NextChange(now.AddDate(5, 0, 0)); !got.IsZero() {
		t.Errorf("no change is left, got %s", got)
	}
}

func TestParseFaults(t *testing.T) {
	key := func(format string, args ...any) string { return "keys:\n  - " + fmt.Sprintf(format, args...) + "\n" }
	ok := material(32)
	for _, c := range []struct{ in, want string }{
		{"", `k.yaml:1:1: keys: the keyring holds no key: make one with airtight keys new`},
		{"keys: []", `k.yaml:1:1: keys: the keyring holds no key: make one with airtight keys new`},
		{"[1", `k.yaml:1:1: not valid YAML at or just before this line: check indentation, colons and quotes`},
		{"- a", `k.yaml:1:1: expected a map, found a list`},
		{"key: x", `k.yaml:1:1: key: unknown key; known here are keys`},
		{key("{id: a, created: 2026-01-01, secret: %s, expires: 2027-01-01}", ok), `k.yaml:2:88: keys[0].expires: unknown key; known here are id, created, not_after, secret`},
		{key("{created: 2026-01-01, secret: %s}", ok), `k.yaml:2:5: keys[0]: has no id: give it one of 1 to 16 of a-z and 0-9`},
		{key("{id: 1, created: 2026-01-01, secret: %s}", ok), `k.yaml:2:6: keys[0].id: expected text, found a number: put it in quotes`},
		{key("{id: K1, created: 2026-01-01, secret: %s}", ok), `k.yaml:2:6: keys[0].id: must be 1 to 16 of a-z and 0-9`},
		{key("{id: abcdefghijklmnopq, created: 2026-01-01, secret: %s}", ok), `k.yaml:2:6: keys[0].id: must be 1 to 16 of a-z and 0-9`},
		{key("{id: a, created: 2026-01-01, secret: %s}", ok) + "  - {id: a, created: 2026-01-02, secret: x}", `k.yaml:3:6: keys[1].id: is the id of an earlier key: give every key its own`},
		{key("{id: a, secret: %s}", ok), `k.yaml:2:5: keys[0]: has no created: give the time from which it is valid`},
		{key("{id: a, created: yesterday, secret: %s}", ok), `k.yaml:2:13: keys[0].created: expected a time such as 2026-11-01T00:00:00Z or a date such as 2026-11-01`},
		{key("{id: a, created: 2026-01-02, not_after: 2026-01-02, secret: %s}", ok), `k.yaml:2:34: keys[0].not_after: must be later than created`},
		{key("{id: a, created: 2026-01-01}"), `k.yaml:2:5: keys[0]: has no secret: 32 random bytes in base64 (openssl rand -base64 32)`},
		{key("{id: a, created: 2026-01-01, secret: '%s!'}", ok), `k.yaml:2:34: keys[0].secret: is not base64: write 32 random bytes in base64 (openssl rand -base64 32)`},
		{key("{id: a, created: 2026-01-01, secret: %s}", material(31)), `k.yaml:2:34: keys[0].secret: is 31 bytes once decoded, at least 32 are needed (openssl rand -base64 32)`},
		{key("{id: a, created: 2027-01-01, secret: %s}", ok), `k.yaml:1:1: keys: no key is valid now: add one whose created has passed and whose not_after has not (airtight keys rotate)`},
		{key("{id: a, created: 2026-01-01, not_after: 2026-12-10T12:00:00Z, secret: %s}", ok), `k.yaml:1:1: keys: no key is valid now: add one whose created has passed and whose not_after has not (airtight keys rotate)`},
	} {
		_, err := Parse("k.yaml", []byte(c.in), now)
		if err == nil {
			t.Errorf("accepted, want %s", c.want)
		} else if err.Error() != c.want {
			t.Errorf("\n got %s\nwant %s", err, c.want)
		}
	}
}

func TestLoadModes(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "keyring.yaml")
	link := filepath.Join(dir, "link.yaml")
	if err := os.Symlink("keyring.yaml", link); err != nil {
		t.Fatal(err)
	}
	ring, err := Generate("k1", now, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := ring.Create(path); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		mode os.FileMode
		want string // after the path; "" for accepted
	}{
		{0o400, ""}, {0o440, ""}, {0o600, ""}, {0o640, ""},
		{0o644, ": the keyring is open to every user (mode 0644): chmod 0600, or 0440 for a Kubernetes Secret (defaultMode)"},
		{0o601, ": the keyring is open to every user (mode 0601): chmod 0600, or 0440 for a Kubernetes Secret (defaultMode)"},
		{0o602, ": the keyring is open to every user (mode 0602): chmod 0600, or 0440 for a Kubernetes Secret (defaultMode)"},
		{0o620, ": the keyring can be written by its group (mode 0620): chmod 0600, or 0640 to let the group read"},
		{0o660, ": the keyring can be written by its group (mode 0660): chmod 0600, or 0640 to let the group read"},
	} {
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		// The link itself has mode 0777; its target is what counts.
		for _, p := range []string{path, link} {
			_, err := Load(p, now)
			got := ""
			if err != nil {
				got = strings.TrimPrefix(err.Error(), p)
			}
			if got != c.want {
				t.Errorf("%04o %s:\n got %s\nwant %s", c.mode, filepath.Base(p), got, c.want)
			}
		}
	}
	for _, c := range []struct{ path, want string }{
		{filepath.Join(dir, "none"), ": there is no keyring here: make one with airtight keys new, or correct the path"},
		{dir, ": the keyring is not a regular file: name the file itself"},
	} {
		if _, err := Load(c.path, now); err == nil || err.Error() != c.path+c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

func TestFilesAreWhole(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "keyring.yaml")
	first, err := Generate("k1", now, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Create(path); err != nil {
		t.Fatal(err)
	}
	second, err := first.Rotate("k2", now.Add(time.Hour), Rotation{Overlap: 24 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Create(path); err == nil || !strings.HasPrefix(err.Error(), path+": exists, ") {
		t.Errorf("an existing keyring is overwritten: %v", err)
	}
	if err := second.Replace(path); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("%d files are left behind", len(files))
	}
	back, err := Load(path, now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if back.Current().ID != "k2" || !bytes.Equal(Derive(back.Current(), "x").Reveal(), Derive(second.Current(), "x").Reveal()) {
		t.Error("what is read is not what was written")
	}
	if err := second.Replace(filepath.Join(dir, "none", "k.yaml")); err == nil {
		t.Error("wrote into a directory that is not there")
	}
}

func TestRotate(t *testing.T) {
	day := 24 * time.Hour
	first, err := Generate("k1", now, 365*day)
	if err != nil {
		t.Fatal(err)
	}
	r, err := first.Rotate("k2", now.Add(day), Rotation{Overlap: 7 * day, Life: 365 * day})
	if err != nil {
		t.Fatal(err)
	}
	if r.Current().ID != "k2" || first.Current().ID != "k1" {
		t.Error("the fresh key is not current, or the old ring changed")
	}
	old, _ := r.Key("k1")
	if !old.NotAfter.Equal(now.Add(8*day)) || !old.ValidAt(now.Add(7*day)) || old.ValidAt(now.Add(8*day)) {
		t.Errorf("the old key ends %s", old.NotAfter)
	}
	// A second rotation must not give the first key more time.
	again, err := r.Rotate("k3", now.Add(2*day), Rotation{Overlap: 30 * day})
	if err != nil {
		t.Fatal(err)
	}
	if k, _ := again.Key("k1"); !k.NotAfter.Equal(old.NotAfter) {
		t.Errorf("the oldest key now ends %s", k.NotAfter)
	}
	for _, c := range []struct {
		id   string
		o    Rotation
		want string
	}{
		{"k1", Rotation{Overlap: day}, "key id k1 is taken: choose another"},
		{"K", Rotation{Overlap: day}, "a key id is 1 to 16 of a-z and 0-9"},
		{"k9", Rotation{Life: -1}, "a key's life can't be negative"},
		{"k9", Rotation{Overlap: -day}, "a rotation can't be in the past"},
		{"k9", Rotation{Delay: -day}, "a rotation can't be in the past"},
	} {
		if _, err := again.Rotate(c.id, now.Add(3*day), c.o); err == nil || err.Error() != c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

// TestDerive pins the derivation to a value computed apart from this code, with
// HMAC alone by the steps of RFC 5869: tokens must not change between versions.
func TestDerive(t *testing.T) {
	k := Key{ID: "k1", secret: secret.New([]byte("0123456789abcdef0123456789abcdef"))}
	if got := hex.EncodeToString(Derive(k, "token/v1/contact").Reveal()); got != "15a67b8f30d3ac1224136b70cdf0d17fbb2d7c4c91e128a292984422fbb124e1" {
		t.Errorf("got %s", got)
	}
	if bytes.Equal(Derive(k, "token/v1/contact").Reveal(), Derive(k, "fingerprint/v1").Reveal()) {
		t.Error("two purposes share a key")
	}
}

// TestNothingShows prints a ring in every way there is.
func TestNothingShows(t *testing.T) {
	r, err := Parse("k.yaml", []byte("keys: [{id: a, created: 2026-01-01, secret: "+material(32)+"}]"), now)
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
		for _, v := range []any{r, *r, r.Current(), r.Keys(), Derive(r.Current(), "x"), r.Encode()} {
			if out := fmt.Sprintf(verb, v); strings.Contains(out, "kkkk") || strings.Contains(out, "6b6b6b") || strings.Contains(out, "107 107 107") || strings.Contains(out, material(32)[:12]) {
				t.Errorf("%s of %T shows the secret", verb, v)
			}
		}
	}
}

// TestRoundTrip: what Encode writes, Parse reads, whatever the keys.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, err := Generate(rapid.StringMatching(`[a-z0-9]{1,16}`).Draw(t, "id"), now, time.Duration(rapid.IntRange(0, 1000).Draw(t, "life"))*time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		for i := range rapid.IntRange(0, 4).Draw(t, "rotations") {
			if r, err = r.Rotate(fmt.Sprintf("rotated%d", i), now.Add(time.Duration(i+1)*time.Minute), Rotation{Overlap: time.Hour}); err != nil {
				t.Fatal(err)
			}
		}
		at := now.Add(5 * time.Minute)
		back, err := Parse("k.yaml", r.Encode().Reveal(), at)
		if err != nil {
			t.Fatal(err)
		}
		if len(back.Keys()) != len(r.Keys()) || back.Current().ID != r.Current().ID {
			t.Fatal("keys are lost")
		}
		for i, k := range r.Keys() {
			b := back.Keys()[i]
			if k.ID != b.ID || !k.Created.Equal(b.Created) || !k.NotAfter.Equal(b.NotAfter) || !bytes.Equal(k.secret.Reveal(), b.secret.Reveal()) {
				t.Fatalf("key %s comes back another", k.ID)
			}
		}
	})
}

// FuzzParse: a ring with a current key or an error, never a panic.
func FuzzParse(f *testing.F) {
	f.Add([]byte("keys: [{id: a, created: 2026-01-01, secret: " + material(32) + "}]"))
	f.Add([]byte("keys: [{id: a, created: 2026-01-01T00:00:00Z, not_after: 2027-01-01, secret: ''}]"))
	f.Add([]byte("keys: &a [*a]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Parse("k.yaml", data, now)
		if err != nil {
			return
		}
		if k := r.Current(); !k.ValidAt(now) || k.secret.Len() < SecretSize || !ValidID(k.ID) {
			t.Error("a current key that should have been refused")
		}
	})
}
