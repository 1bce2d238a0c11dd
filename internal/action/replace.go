package action

import (
	"encoding/base32"
	"unicode/utf8"

	"crypto/hmac"
	"crypto/sha256"

	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/secret"
	"github.com/airtight-telemetry/airtight/internal/structure"
)

// FieldID stands in a mask for a key of the policy's fields.mask, which no rule found.
const FieldID = "field"

// ContainedID stands in a mask for a text that no rule found, of a source that is contained.
const ContainedID = "contained"

// inURL is what the semantic conventions put in place of a part of a URL
// (https://opentelemetry.io/docs/specs/semconv/registry/attributes/url/).
const inURL = "REDACTED"

// placeholder is what the semantic conventions put in place of a literal of a query
// (https://opentelemetry.io/docs/specs/semconv/db/database-spans/).
const placeholder = '?'

// Slot is what an action must know of the place a replacement goes to.
type Slot struct {
	RuleID string
	Class  rule.Class
	Form   structure.Form
	Quote  string // around the replacement, see detect.Match
	// Literal says that a literal of a query goes: its mask is a placeholder.
	Literal bool
}

// Append appends what takes value's place to dst: Mask, Partial and Token leave a
// text; the drops leave none, and are the caller's to carry out. A token without
// a tokenizer becomes a mask.
func Append(dst []byte, k Kind, value string, s Slot, t *Tokenizer) []byte {
	dst = append(dst, s.Quote...)
	switch {
	case k == Partial && s.Class != rule.Secret:
		if shown, ok := tail(value); ok {
			dst = append(dst, "****"...)
			dst = append(dst, shown...)
			return append(dst, s.Quote...)
		}
	case k == Token && t != nil:
		dst = t.Append(dst, s.Class, value)
		return append(dst, s.Quote...)
	}
	dst = appendMask(dst, s)
	return append(dst, s.Quote...)
}

func appendMask(dst []byte, s Slot) []byte {
	if s.Literal {
		return append(dst, placeholder)
	}
	if s.Form == structure.URL {
		return append(dst, inURL...)
	}
	dst = append(dst, "[redacted:"...)
	dst = append(dst, s.RuleID...)
	return append(dst, ']')
}

// The bounds of a partial mask: it shows at most maxShown characters and at most
// a third of them, and hides at least minHidden.
const (
	maxShown  = 4
	minHidden = 6
)

// tail is the end of value that a partial mask may show. It shows ASCII letters
// and digits only: anything else is hidden, and the mask stays recognisable.
func tail(value string) (string, bool) {
	n := utf8.RuneCountInString(value)
	shown := min(maxShown, n/3, n-minHidden)
	if shown < 1 {
		return "", false
	}
	at := len(value) - shown
	for i := at; i < len(value); i++ {
		if !isAlnum(value[i]) {
			at = i + 1
		}
	}
	return value[at:], at < len(value)
}

func isAlnum(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}

// Tokenizer makes keyed tokens. It is safe for concurrent use.
type Tokenizer struct {
	keyID string
	keys  map[rule.Class]secret.Bytes
}

// NewTokenizer takes the current key's id and its derivation by class.
func NewTokenizer(keyID string, derive func(rule.Class) secret.Bytes) *Tokenizer {
	t := &Tokenizer{keyID: keyID, keys: map[rule.Class]secret.Bytes{}}
	for _, c := range rule.Classes() {
		t.keys[c] = derive(c)
	}
	return t
}

// tokenBytes is 80 bits: 16 characters of base32.
const tokenBytes = 10

var tokenEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Append appends the token of value under the class's key: equal values of one
// class and key give equal tokens.
func (t *Tokenizer) Append(dst []byte, c rule.Class, value string) []byte {
	mac := hmac.New(sha256.New, t.keys[c].Reveal())
	_, _ = mac.Write([]byte(value))
	var sum [sha256.Size]byte
	dst = append(dst, c...)
	dst = append(dst, '_')
	dst = append(dst, t.keyID...)
	dst = append(dst, '_')
	return tokenEncoding.AppendEncode(dst, mac.Sum(sum[:0])[:tokenBytes])
}
