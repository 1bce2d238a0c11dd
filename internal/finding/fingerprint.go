package finding

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/airtight-telemetry/airtight/internal/keyring"
	"github.com/airtight-telemetry/airtight/internal/secret"
)

// RunKeyID stands in fingerprints made under a key of this run alone. They tell
// equal values within one run and mean nothing beyond it.
const RunKeyID = "run"

// fingerprintPurpose derives the key of fingerprints from a keyring's key.
const fingerprintPurpose = "fingerprint/v1"

// fingerprintBytes is 80 bits: 16 characters of base32.
const fingerprintBytes = 10

var fingerprintEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Fingerprinter makes keyed fingerprints of values: equal values have equal ones,
// and without the key nothing of the value can be told from one. It is safe for
// concurrent use.
type Fingerprinter struct {
	keyID string
	key   secret.Bytes
}

// NewFingerprinter takes the current key of ring, or for nil a key that is drawn at
// random and ends with the process.
func NewFingerprinter(ring *keyring.Ring) *Fingerprinter {
	if ring == nil {
		key := make([]byte, sha256.Size)
		_, _ = rand.Read(key) // never fails, see crypto/rand
		return &Fingerprinter{RunKeyID, secret.New(key)}
	}
	return &Fingerprinter{ring.Current().ID, keyring.Derive(ring.Current(), fingerprintPurpose)}
}

// Of is the fingerprint of a value: the key's id, a colon and 16 characters of
// lower-case base32. The value is made canonical first: NFKC, the separators taken
// out of numeric ids, e-mail addresses in lower case.
func (f *Fingerprinter) Of(value string) string {
	mac := hmac.New(sha256.New, f.key.Reveal())
	_, _ = mac.Write([]byte(canonical(value)))
	return f.keyID + ":" + fingerprintEncoding.EncodeToString(mac.Sum(nil)[:fingerprintBytes])
}

// canonical is the one spelling of a value whose spellings mean the same.
func canonical(value string) string {
	value = norm.NFKC.String(value)
	switch {
	case isEmail(value):
		return strings.ToLower(value)
	case isNumericID(value):
		return strings.Map(func(r rune) rune {
			if isSeparator(r) {
				return -1
			}
			return r
		}, value)
	}
	return value
}

func isEmail(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	return ok && local != "" && strings.Contains(domain, ".") && !strings.ContainsAny(s, " \t\r\n:/") && !strings.Contains(domain, "@")
}

// isNumericID reports whether a value is digits, at most as many capitals (as in
// an IBAN) and separators, after a plus (as in a telephone number) or none.
func isNumericID(s string) bool {
	digits, letters := 0, 0
	for _, r := range strings.TrimPrefix(s, "+") {
		switch {
		case '0' <= r && r <= '9':
			digits++
		case 'A' <= r && r <= 'Z':
			letters++
		case !isSeparator(r):
			return false
		}
	}
	return digits > 0 && letters <= digits
}

// isSeparator knows what people write between groups of digits; NFKC has made a
// plain space of the other spaces, and of the non-breaking hyphen the one of U+2010.
func isSeparator(r rune) bool {
	switch r {
	case ' ', '-', '.', '/', '(', ')', '\u2010', '\u2012', '\u2013':
		return true
	}
	return false
}
