package finding

import (
	"regexp"
	"testing"
	"time"

	"github.com/airtight-telemetry/airtight/internal/keyring"
)

func TestCanonical(t *testing.T) {
	for _, c := range []struct{ value, want string }{
		{"Ann.Lee@Example.COM", "ann.lee@example.com"},
		{"4111 1111 1111 1111", "4111111111111111"},
		{"4111-1111-1111-1111", "4111111111111111"},
		{"4111\u00a01111\u00a01111\u00a01111", "4111111111111111"},
		{"４１１１ 1111 1111 1111", "4111111111111111"},
		{"GB29 NWBK 6016 1331 9268 19", "GB29NWBK60161331926819"},
		{"123.456.789-09", "12345678909"},
		{"12\u201034", "1234"},
		{"+49 (170) 123-4567", "+491701234567"},
		{"1+2", "1+2"},
		{"Secret-Key", "Secret-Key"},
		{"a1b2-c3d4", "a1b2-c3d4"},
		{"ABC-DEF-1", "ABC-DEF-1"},
		{"postgres://u:p@db.example.com/X", "postgres://u:p@db.example.com/X"},
		{"ﬁne", "fine"},
		{"", ""},
	} {
		if got := canonical(c.value); got != c.want {
			t.Errorf("%+q: %+q, want %+q", c.value, got, c.want)
		}
	}
}

func TestFingerprint(t *testing.T) {
	ring, err := keyring.Generate("k1", time.Now(), 0)
	if err != nil {
		t.Fatal(err)
	}
	form := regexp.MustCompile(`^(k1|run):[a-z2-7]{16}$`)
	for _, f := range []*Fingerprinter{NewFingerprinter(ring), NewFingerprinter(nil)} {
		a, b := f.Of("4111 1111 1111 1111"), f.Of("4111111111111111")
		if a != b || !form.MatchString(a) || a == f.Of("4111111111111112") {
			t.Errorf("%s and %s", a, b)
		}
	}
	if NewFingerprinter(ring).Of("x") != NewFingerprinter(ring).Of("x") {
		t.Error("one key, two fingerprints")
	}
	if NewFingerprinter(nil).Of("x") == NewFingerprinter(nil).Of("x") {
		t.Error("two runs share a key")
	}
}
