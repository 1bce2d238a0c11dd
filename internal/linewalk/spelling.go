package linewalk

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// unit reads one character of a JSON string at raw[i:], which must be valid:
// a byte, an escape or a surrogate pair. It returns the character and how many raw
// bytes it takes. A surrogate without its partner is U+FFFD.
func unit(raw string, i int) (r rune, n int) {
	if raw[i] != '\\' {
		return utf8.DecodeRuneInString(raw[i:])
	}
	switch raw[i+1] {
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		r = hex4(raw[i+2:])
		if !utf16.IsSurrogate(r) {
			return r, 6
		}
		if rest := raw[i+6:]; len(rest) >= 6 && rest[0] == '\\' && rest[1] == 'u' {
			if pair := utf16.DecodeRune(r, hex4(rest[2:])); pair != utf8.RuneError {
				return pair, 12
			}
		}
		return utf8.RuneError, 6
	}
	return rune(raw[i+1]), 2
}

func hex4(s string) rune {
	var r rune
	for i := range 4 {
		r = r<<4 | rune(hexValue(s[i]))
	}
	return r
}

func hexValue(b byte) byte {
	switch {
	case b <= '9':
		return b - '0'
	case b <= 'F':
		return b - 'A' + 10
	}
	return b - 'a' + 10
}

func isHex(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b && b <= 'f' || 'A' <= b && b <= 'F'
}

// decode is what the inside of a JSON string says. Without escapes it is raw itself.
func decode(raw string) string {
	if strings.IndexByte(raw, '\\') < 0 {
		return raw
	}
	var b strings.Builder
	b.Grow(len(raw))
	for i := 0; i < len(raw); {
		r, n := unit(raw, i)
		b.WriteRune(r)
		i += n
	}
	return b.String()
}

// rawOffset is where in raw the byte at offset at of decode(raw) is written.
func rawOffset(raw string, at int) int {
	if strings.IndexByte(raw, '\\') < 0 {
		return at
	}
	i := 0
	for said := 0; i < len(raw) && said < at; {
		r, n := unit(raw, i)
		size := utf8.RuneLen(r)
		if raw[i] != '\\' && said+size > at {
			return i + at - said // within a character of several bytes
		}
		said += size
		i += n
	}
	return i
}

// respell appends the inside of a JSON string that says text, given the raw one
// that said old. What both say at the start and the end keeps its spelling.
func respell(dst []byte, raw, old, text string) []byte {
	head := commonPrefix(old, text)
	tail := commonSuffix(old[head:], text[head:])
	ascii := isASCII(raw) && !isASCII(old)
	dst = append(dst, raw[:rawOffset(raw, head)]...)
	dst = encode(dst, text[head:len(text)-tail], ascii)
	return append(dst, raw[rawOffset(raw, len(old)-tail):]...)
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && (n < len(a) && !utf8.RuneStart(a[n]) || n < len(b) && !utf8.RuneStart(b[n])) {
		n--
	}
	return n
}

func commonSuffix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	for n > 0 && !utf8.RuneStart(a[len(a)-n]) {
		n--
	}
	return n
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// encode appends text as the inside of a JSON string; ascii escapes all else.
func encode(dst []byte, text string, ascii bool) []byte {
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\n':
			dst = append(dst, `\n`...)
		case r == '\r':
			dst = append(dst, `\r`...)
		case r == '\t':
			dst = append(dst, `\t`...)
		case r < 0x20:
			dst = escape(dst, r)
		case r < utf8.RuneSelf:
			dst = append(dst, byte(r))
		case !ascii:
			dst = utf8.AppendRune(dst, r) // an invalid byte is U+FFFD
		case r > 0xffff:
			hi, lo := utf16.EncodeRune(r)
			dst = escape(escape(dst, hi), lo)
		default:
			dst = escape(dst, r)
		}
	}
	return dst
}

func escape(dst []byte, r rune) []byte {
	const digits = "0123456789abcdef"
	return append(dst, '\\', 'u', digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15])
}

// numberText is a number as a person would write it: digits alone where it is
// whole, so that a card number written 4.1e15 is seen as one.
func numberText(raw string) string {
	if strings.IndexAny(raw, ".eE") < 0 {
		return raw
	}
	const exact = 1e21 // JSON writers use an exponent from here on
	f, err := strconv.ParseFloat(raw, 64)
	if err != nil || f >= exact || f <= -exact || f != math.Trunc(f) {
		return raw
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}
