package action

import (
	"strings"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/span"
)

// Recogniser knows the replacements that airtight itself may have left in a
// text. A replacement exempts exactly its own bytes, and only when its rule id,
// key id or reason is one of ours: a forged one hides nothing but itself. It is
// immutable and safe for concurrent use.
type Recogniser struct {
	ruleIDs map[string]bool
	keyIDs  map[string]bool
	tombs   []string
}

// NewRecogniser takes the rule ids and the key ids whose replacements count.
func NewRecogniser(ruleIDs, keyIDs []string) *Recogniser {
	r := &Recogniser{ruleIDs: map[string]bool{FieldID: true, ContainedID: true}, keyIDs: map[string]bool{}}
	for _, id := range ruleIDs {
		r.ruleIDs[id] = true
	}
	for _, id := range keyIDs {
		r.keyIDs[id] = true
	}
	for _, reason := range field.Reasons() {
		r.tombs = append(r.tombs, reason.TombstoneText())
	}
	return r
}

// longest bounds a replacement in bytes, so that looking for one takes constant time.
const longest = 128

const maskStart, maskEnd = "[redacted:", ']'

// Find appends the spans of the replacements in text, in order.
func (r *Recogniser) Find(dst []span.Span, text string) []span.Span {
	for i := 0; i < len(text); {
		if n := r.at(text, i); n > 0 {
			dst = append(dst, span.Span{Start: i, End: i + n})
			i += n
			continue
		}
		i++
	}
	return dst
}

// Whole reports whether text is one replacement and nothing else.
func (r *Recogniser) Whole(text string) bool {
	return text != "" && r.at(text, 0) == len(text)
}

// at is the length of the replacement that starts at i, or 0.
func (r *Recogniser) at(text string, i int) int {
	rest := text[i:min(len(text), i+longest)]
	switch {
	case rest[0] == '[':
		return r.bracket(rest)
	case rest[0] == '*':
		if i == 0 || text[i-1] != '*' && starts(text, i) {
			return partial(rest)
		}
	case rest[0] == 'R' && strings.HasPrefix(rest, inURL):
		if bounded(text, i, len(inURL)) {
			return len(inURL)
		}
	case 'a' <= rest[0] && rest[0] <= 'z':
		if n := r.token(rest); n > 0 && bounded(text, i, n) {
			return n
		}
	}
	return 0
}

func (r *Recogniser) bracket(rest string) int {
	if strings.HasPrefix(rest, maskStart) {
		end := strings.IndexByte(rest, maskEnd)
		if end > 0 && r.ruleIDs[rest[len(maskStart):end]] {
			return end + 1
		}
		return 0
	}
	for _, t := range r.tombs {
		if strings.HasPrefix(rest, t) {
			return len(t)
		}
	}
	return 0
}

func partial(rest string) int {
	if !strings.HasPrefix(rest, "****") {
		return 0
	}
	n := 4
	for n < len(rest) && n < 4+maxShown && isAlnum(rest[n]) {
		n++
	}
	if n < len(rest) && (isWord(rest[n]) || rest[n] == '*') {
		return 0
	}
	return n
}

func (r *Recogniser) token(rest string) int {
	class, tail, ok := strings.Cut(rest, "_")
	if !ok || len(class) > len("identity") || !isClass(class) {
		return 0
	}
	id, tail, ok := strings.Cut(tail, "_")
	if !ok || !r.keyIDs[id] {
		return 0
	}
	const size = 16
	if len(tail) < size {
		return 0
	}
	for i := range size {
		if c := tail[i]; !('a' <= c && c <= 'z' || '2' <= c && c <= '7') {
			return 0
		}
	}
	return len(class) + 1 + len(id) + 1 + size
}

func isClass(s string) bool {
	for _, c := range rule.Classes() {
		if string(c) == s {
			return true
		}
	}
	return false
}

func bounded(text string, i, n int) bool {
	return starts(text, i) && (i+n == len(text) || !isWord(text[i+n]))
}

// starts reports whether a word may start at i: no letter or digit stands before
// it but those of an escape, as in password%3D or \n.
func starts(text string, i int) bool {
	if i == 0 || !isWord(text[i-1]) {
		return true
	}
	if i >= 2 && text[i-2] == '\\' {
		return true
	}
	for _, e := range [...]struct {
		mark   string
		digits int
	}{{"%", 2}, {"=", 2}, {`\x`, 2}, {`\u`, 4}} {
		if at := i - e.digits; at >= len(e.mark) && text[at-len(e.mark):at] == e.mark && isHex(text[at:i]) {
			return true
		}
	}
	return false
}

func isHex(s string) bool {
	return strings.Trim(s, "0123456789abcdefABCDEF") == ""
}

func isWord(b byte) bool { return isAlnum(b) || b == '_' }
