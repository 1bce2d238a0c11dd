package structure

import (
	"sort"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/airtight-telemetry/airtight/internal/span"
)

// View is a decoded text that remembers where each of its bytes came from.
type View struct {
	// Text is the decoded text.
	Text string
	// base is where the viewed stretch starts in its source.
	base int
	// codes are the escapes undone, in order. Between them the text is the source's.
	codes []code
	// opaque is the length of the stretch if it can only be replaced whole, else 0.
	opaque int
	// outer is the view the source itself is the text of, nil for the first.
	outer *View
}

// code is one escape: where it stands in the source and what it became.
type code struct {
	source, text       uint32 // offsets in the source and in View.Text
	sourceLen, textLen uint8
}

// Decode undoes the coding of the bytes s covers in text. Malformed escapes are
// kept as they stand. Text is not copied when there is nothing to undo. The
// stretch must be shorter than 4 GiB.
func Decode(text string, s span.Span, c Coding) View {
	in := s.In(text)
	v := View{Text: in, base: s.Start}
	i := nextEscape(in, 0, c)
	if i == len(in) {
		return v
	}
	var out strings.Builder
	out.Grow(len(in))
	copied := 0
	for i < len(in) {
		var buf [utf8.UTFMax]byte
		n, decoded := decodeEscape(in[i:], c, buf[:0])
		if n == 0 {
			i = nextEscape(in, i+malformedLen(in[i:]), c)
			continue
		}
		out.WriteString(in[copied:i])
		v.codes = append(v.codes, code{
			source: uint32(s.Start + i), text: uint32(out.Len()),
			sourceLen: uint8(n), textLen: uint8(len(decoded)),
		})
		out.Write(decoded)
		copied = i + n
		i = nextEscape(in, copied, c)
	}
	if len(v.codes) == 0 {
		return v
	}
	out.WriteString(in[copied:])
	v.Text = out.String()
	return v
}

// Within makes v, a view of outer's text, a view of what outer is a view of.
// Both share outer, which must not change afterwards.
func (v *View) Within(outer *View) View {
	w := *v
	if w.outer != nil {
		inner := w.outer.Within(outer)
		w.outer = &inner
	} else {
		w.outer = outer
	}
	return w
}

// Source maps a span of Text to the smallest span of the source that covers the
// same bytes and cuts no escape. Of an empty span it returns an empty one.
func (v *View) Source(s span.Span) span.Span {
	start, _ := v.locate(s.Start)
	end := start
	if !s.Empty() {
		_, end = v.locate(s.End - 1)
	}
	out := span.Span{Start: start, End: end}
	if v.opaque > 0 {
		out = span.Span{Start: v.base, End: v.base + v.opaque}
	}
	if v.outer != nil {
		return v.outer.Source(out)
	}
	return out
}

// locate returns the stretch of the source that gave the byte at i.
func (v *View) locate(i int) (start, end int) {
	k := sort.Search(len(v.codes), func(k int) bool { return int(v.codes[k].text) > i })
	if k == 0 {
		return v.base + i, v.base + i + 1
	}
	c := v.codes[k-1]
	after := int(c.source) + int(c.sourceLen)
	if past := i - int(c.text) - int(c.textLen); past >= 0 {
		return after + past, after + past + 1
	}
	return int(c.source), after
}

// nextEscape is where the next byte from i on stands that may start an escape, the
// length of s if there is none.
func nextEscape(s string, i int, c Coding) int {
	n := -1
	switch c {
	case Backslash:
		n = strings.IndexByte(s[i:], '\\')
	case Percent:
		n = strings.IndexByte(s[i:], '%')
	case FormCoded:
		n = strings.IndexAny(s[i:], "%+")
	case Entities:
		n = strings.IndexByte(s[i:], '&')
	case QuotedPrintable:
		n = strings.IndexByte(s[i:], '=')
	}
	if n < 0 {
		return len(s)
	}
	return i + n
}

// malformedLen is the length of what stands for itself where s starts with a
// malformed escape: what a backslash stands before starts no other.
func malformedLen(s string) int {
	if s[0] == '\\' && len(s) > 1 {
		return 2
	}
	return 1
}

// decodeEscape undoes the escape that s starts with. It returns its length, 0 if it
// is malformed, and appends what it stands for to dst.
func decodeEscape(s string, c Coding, dst []byte) (int, []byte) {
	switch {
	case c == Backslash:
		return decodeBackslash(s, dst)
	case c == Entities:
		return decodeEntity(s, dst)
	case c == QuotedPrintable:
		return decodeQuotedPrintable(s, dst)
	case s[0] == '+':
		return 1, append(dst, ' ')
	}
	if b, ok := hexByte(s, 1); ok {
		return 3, append(dst, b)
	}
	return 0, dst
}

// simpleEscapes are the one-letter escapes of JSON, C, Go, Python and JavaScript.
var simpleEscapes = [256]byte{
	'"': '"', '\'': '\'', '`': '`', '\\': '\\', '/': '/', 'a': '\a', 'b': '\b', 'e': 0x1b,
	'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v',
}

func decodeBackslash(s string, dst []byte) (int, []byte) {
	if len(s) < 2 {
		return 0, dst
	}
	switch c := s[1]; {
	case simpleEscapes[c] != 0:
		return 2, append(dst, simpleEscapes[c])
	case c == 'x':
		if b, ok := hexByte(s, 2); ok {
			return 4, append(dst, b)
		}
	case c == 'u':
		return decodeUnicode(s, dst)
	case c == 'U':
		if r, ok := hexRune(s, 2, 8); ok {
			return 10, utf8.AppendRune(dst, r)
		}
	case '0' <= c && c <= '7':
		n, value := 1, 0
		for n < 4 && n < len(s) && '0' <= s[n] && s[n] <= '7' && value < 32 {
			value = value<<3 | int(s[n]-'0')
			n++
		}
		return n, append(dst, byte(value))
	}
	return 0, dst
}

// HasCharCode reports whether text holds a character written by its number, \u0040
// or \x40. Those of a terminal's colours and the four that encoders put in place of
// <, >, & and ' say nothing.
func HasCharCode(text string) bool {
	for i := strings.IndexByte(text, '\\'); i >= 0; {
		if isCharCode(text[i:]) {
			var buf [utf8.UTFMax]byte
			_, b := decodeBackslash(text[i:], buf[:0])
			if len(b) > 0 && b[0] >= ' ' && strings.IndexByte("<>&'", b[0]) < 0 {
				return true
			}
		}
		next := strings.IndexByte(text[i+1:], '\\')
		if next < 0 {
			break
		}
		i += 1 + next
	}
	return false
}

// decodeUnicode undoes \uXXXX. Two that make a surrogate pair are one escape; a
// surrogate alone is U+FFFD, as encoding/json has it.
func decodeUnicode(s string, dst []byte) (int, []byte) {
	r, ok := hexRune(s, 2, 4)
	if !ok {
		return 0, dst
	}
	if utf16.IsSurrogate(r) {
		if len(s) >= 12 && s[6] == '\\' && s[7] == 'u' {
			if low, ok := hexRune(s, 8, 4); ok {
				if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
					return 12, utf8.AppendRune(dst, pair)
				}
			}
		}
		r = utf8.RuneError
	}
	return 6, utf8.AppendRune(dst, r)
}

// hexRune reads n hexadecimal digits at s[i:]. A value past U+10FFFF is malformed.
func hexRune(s string, i, n int) (rune, bool) {
	if len(s) < i+n {
		return 0, false
	}
	var r uint32
	for _, c := range []byte(s[i : i+n]) {
		d := hexDigit(c)
		if d < 0 {
			return 0, false
		}
		r = r<<4 | uint32(d)
	}
	return rune(r), r <= utf8.MaxRune
}

func hexByte(s string, i int) (byte, bool) {
	if len(s) < i+2 {
		return 0, false
	}
	high, low := hexDigit(s[i]), hexDigit(s[i+1])
	return byte(high<<4 | low), high >= 0 && low >= 0
}

// hexDigit is the value of a hexadecimal digit, -1 for any other byte.
func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
