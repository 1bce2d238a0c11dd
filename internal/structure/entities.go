package structure

import (
	"html"
	"strings"
	"unicode/utf8"
)

// longestEntity bounds the name or number of a character reference. Those of
// characters beyond ASCII may be longer; no key or secret is written with them.
const longestEntity = 10

// HasEntity reports whether text holds a character reference of HTML that Decode
// undoes.
func HasEntity(text string) bool {
	for i := strings.IndexByte(text, '&'); i >= 0; {
		if n, _ := decodeEntity(text[i:], nil); n > 0 {
			return true
		}
		next := strings.IndexByte(text[i+1:], '&')
		if next < 0 {
			break
		}
		i += 1 + next
	}
	return false
}

// decodeEntity undoes the character reference that s starts with: &amp; &#64; or
// &#x40; (https://html.spec.whatwg.org/multipage/named-characters.html). The
// semicolon must be there: without it most are parameters of a query.
func decodeEntity(s string, dst []byte) (int, []byte) {
	if len(s) < 4 {
		return 0, dst
	}
	end := strings.IndexByte(s[:min(len(s), longestEntity+2)], ';')
	if end < 3 {
		return 0, dst
	}
	name := s[1:end]
	if name[0] == '#' {
		r, ok := entityRune(name[1:])
		if !ok {
			return 0, dst
		}
		return end + 1, utf8.AppendRune(dst, r)
	}
	for i := range len(name) {
		if !isLetter(name[i]) && !isDigit(name[i]) {
			return 0, dst
		}
	}
	decoded := html.UnescapeString(s[:end+1])
	if decoded[0] == '&' && len(decoded) > 1 {
		return 0, dst // no such name, or only its start is one
	}
	return end + 1, append(dst, decoded...)
}

// entityRune reads the number of a character reference.
func entityRune(s string) (r rune, ok bool) {
	if s[0]|0x20 == 'x' {
		r, ok = hexRune(s, 1, len(s)-1)
		return r, ok && len(s) > 1 && r > 0
	}
	for _, c := range []byte(s) {
		if !isDigit(c) {
			return 0, false
		}
		r = r*10 + rune(c-'0')
	}
	return r, 0 < r && r <= utf8.MaxRune
}
