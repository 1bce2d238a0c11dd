package detect

import (
	"strings"
	"testing"

	"github.com/airtight-telemetry/airtight/internal/structure"
)

// keyed are ways to write a key and its value.
var keyed = []string{
	"password=hunter2", `{"password":"x"}`, "password: x", "'password' => 'x'", "password := \"x\"", "export DB_PASSWORD='x'", "--password hunter2", "-password=x",
	"<password>x</password>", `<a password="x">`, "map[host:db1 password:hunter2 retries:3]", "{Host:db1 Password:hunter2}", "User{name=x, password=y}",
	"\x1b[36mtoken\x1b[0m=\x1b[33mVALUE\x1b[0m", `var token string = "x"`, `const char *token = "x"`, `os.environ["API_KEY"] = "x"`, `config.set("password", "x")`,
	"X-Api-Key: x", "-H 'X-Api-Key: x'", "a[token]=x&b=y", "Server=x;Password=y;", "contraseña: x", "пароль=x", `\"password\":\"x\"`, "password%3Dx", "cookie: sid=x; token=y",
	"PASSWORD 'x'", "token　＝x", `{"a":{"token":["x","y"]}}`, "password[0]=x", "set token to x",
}

// checkKeyNear holds the quick answer against the reader: where that finds a value
// under a key that is written before it, a key must be thought near.
func checkKeyNear(t *testing.T, text string) {
	t.Helper()
	leaves, _ := structure.Read(nil, text, structure.Limits{})
	for _, l := range leaves {
		if l.IsKey || l.Key == "" {
			continue
		}
		at := strings.LastIndex(text[:l.Span.Start], l.Key)
		if at < 0 {
			continue // its escapes are undone, or nothing is written
		}
		for end := at + 1; end <= at+len(l.Key); end++ {
			if !keyNear(text, at, end) && !cued(text) {
				t.Errorf("%q: no key near %d, and %q is one", text, end, l.Key)
				return
			}
		}
	}
}

func cued(text string) bool {
	for _, c := range structure.Cues() {
		if strings.Contains(strings.ToLower(text), c) {
			return true
		}
	}
	return false
}

func TestKeyNear(t *testing.T) {
	for _, text := range keyed {
		checkKeyNear(t, text)
	}
	for _, text := range []string{"session opened for user root by id", "token", "password is unknown to us"} {
		if end := strings.IndexByte(text+" ", ' '); keyNear(text, 0, end) {
			t.Errorf("%q: a key is thought near", text)
		}
	}
}

func FuzzKeyNear(f *testing.F) {
	for _, text := range keyed {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) < 400 {
			checkKeyNear(t, text)
		}
	})
}

func TestInsideName(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"cart-trk7|nhs|-x2":  true,
		"01J7|NHS|":          true,
		"cart-5d9-|ssn|4s?":  true,
		"patient1|Nhs|":      false,
		"patient_1|nhs|":     false,
		"%20|nhs|%20":        false,
		"7|nhs|":             false,
		"|ssn|2: 1":          false,
		"|ssn|1Number":       false,
		"the |nhs| 9":        false,
		"trk7|":              false,
		"the number|1 x|2 y": false,
	} {
		parts := strings.Split(text, "|")
		start := len(parts[0])
		end := start + len(parts[1])
		if got := insideName(strings.Join(parts, ""), start, end); got != want {
			t.Errorf("insideName(%q) = %v", text, got)
		}
	}
}
