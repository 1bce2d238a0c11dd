package finding

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/airtight-telemetry/airtight/internal/field"
)

const (
	// maxSkeleton bounds a skeleton in bytes, and with it what is read of a text.
	maxSkeleton = 160
	// maxWord bounds the letters of a word that a skeleton keeps, and maxToken what
	// words joined by dots, dashes and slashes may come to.
	maxWord, maxToken = 20, 64
	// minHump is how many letters the parts of a longer word in camel case must have
	// on average, as in IllegalStateException; what was drawn at random has about two.
	maxCamel, minHump = 48, 4
	// gap stands for whatever varies.
	gap = "*"
	cut = "…"
)

// separators stand between tokens and are kept.
const separators = "{}[]()<>,;|:="

// Skeleton is what a text has in common with others from the same place in a
// program: its words. Numbers, identifiers, long words, what is quoted and what
// stands after a `=` become `*`; masks stay and show where the value was. The text
// must have passed the gate: a short word of letters alone is kept, whatever it is.
//
// A skeleton has at most 160 bytes. Skeleton(Skeleton(x)) == Skeleton(x).
func Skeleton(masked string) string {
	// What is left after a pass may read differently once more, as a quote that has
	// lost its partner does. Nearly all texts settle at once.
	const passes = 8
	for range passes {
		s := pass(masked)
		if s == masked {
			return s
		}
		masked = s
	}
	return gap
}

func pass(text string) string {
	k := skeleton{text: text}
	for k.at < len(k.text) && len(k.out) <= maxSkeleton {
		k.next()
	}
	return k.finish()
}

type skeleton struct {
	text string
	at   int
	out  []byte
}

func (k *skeleton) next() {
	rest := k.text[k.at:]
	r, size := utf8.DecodeRuneInString(rest)
	switch {
	case isBlank(r):
		k.space()
		k.at += size
	case r == '[' && markLength(rest) > 0:
		n := markLength(rest)
		k.out = append(k.out, rest[:n]...)
		k.at += n
	case isQuote(r):
		k.quoted(rest, byte(r))
	case strings.ContainsRune(separators, r):
		k.out = append(k.out, byte(r))
		k.at++
	default:
		k.token(rest)
	}
}

func isBlank(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || r == utf8.RuneError
}

func isQuote(r rune) bool { return r == '"' || r == '\'' || r == '`' }

// token appends a token that is made of words, with the punctuation around it, and
// for any other a gap.
func (k *skeleton) token(rest string) {
	end := strings.IndexFunc(rest, func(r rune) bool {
		return isBlank(r) || isQuote(r) || strings.ContainsRune(separators, r)
	})
	if end < 0 {
		end = len(rest)
	}
	k.at += end
	token := rest[:end]
	bare := strings.Trim(token, ".!?&#/-+_")
	switch {
	case token == cut || bare == "" && len(token) <= 3:
		k.out = append(k.out, token...)
	case k.assigned() || bare == "" || !plain(bare):
		k.gap()
	default:
		k.out = append(k.out, token[:min(len(token), strings.Index(token, bare)+len(bare)+1)]...)
	}
}

// assigned reports whether what comes next is a value.
func (k *skeleton) assigned() bool { return len(k.out) > 0 && k.out[len(k.out)-1] == '=' }

// plain reports whether a token is words of letters, joined by punctuation.
func plain(token string) bool {
	if len(token) > maxToken {
		return false
	}
	letters, humps := 0, 0
	lower := true
	fits := func() bool {
		return letters <= maxWord || letters <= maxCamel && humps > 1 && letters >= minHump*humps
	}
	for _, r := range token {
		switch {
		case unicode.IsLetter(r) || unicode.Is(unicode.Mn, r):
			if letters == 0 || lower && unicode.IsUpper(r) {
				humps++
			}
			letters++
			lower = !unicode.IsUpper(r)
		case strings.ContainsRune("-_./", r):
			if !fits() {
				return false
			}
			letters, humps = 0, 0
		default:
			return false
		}
	}
	return fits()
}

// quoted keeps the name in quotes before a colon, as in JSON, and makes a gap of
// anything else in quotes. A mark alone in quotes stays.
func (k *skeleton) quoted(rest string, quote byte) {
	end := strings.IndexByte(rest[1:], quote)
	if end < 0 { // an apostrophe, or the text ends in the quotes
		k.at++
		if quote != '\'' {
			k.out = append(k.out, quote)
			k.gap()
			k.at = len(k.text)
		}
		return
	}
	inner, after := rest[1:1+end], rest[end+2:]
	k.at += end + 2
	assigned := k.assigned()
	k.out = append(k.out, quote)
	switch {
	case inner == "":
	case strings.HasPrefix(after, ":") && plain(inner) && !assigned, markLength(inner) == len(inner):
		k.out = append(k.out, inner...)
	default:
		k.out = append(k.out, gap...)
	}
	k.out = append(k.out, quote)
}

func (k *skeleton) space() {
	if n := len(k.out); n > 0 && k.out[n-1] != ' ' {
		k.out = append(k.out, ' ')
	}
}

// gap appends a gap unless one ends what is there.
func (k *skeleton) gap() {
	trimmed := strings.TrimRight(string(k.out), " ")
	if strings.HasSuffix(trimmed, gap) {
		k.out = k.out[:len(trimmed)]
		return
	}
	k.out = append(k.out, gap...)
}

func (k *skeleton) finish() string {
	s := strings.TrimSpace(string(k.out))
	if len(s) <= maxSkeleton {
		return s
	}
	s = s[:maxSkeleton-len(cut)]
	if i := strings.LastIndexByte(s, ' '); i > 0 {
		return strings.TrimSpace(s[:i]) + " " + cut
	}
	return strings.ToValidUTF8(s, "") + cut
}

// markLength is the length of the mask or tombstone that s begins with, or 0.
func markLength(s string) int {
	for _, r := range field.Reasons() {
		if t := r.TombstoneText(); strings.HasPrefix(s, t) {
			return len(t)
		}
	}
	id, ok := strings.CutPrefix(s, "[redacted:")
	if !ok {
		return 0
	}
	const longest = 64
	for i := range min(len(id), longest) {
		switch c := id[i]; {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-':
		case c == ']' && i > 0:
			return len(s) - len(id) + i + 1
		default:
			return 0
		}
	}
	return 0
}
