package structure

import (
	"strings"
	"unicode/utf8"
)

// sign says what a byte tells about a text.
type sign uint8

const (
	noSign  sign = iota
	sure         // Read may find something wherever this stands
	perhaps      // it depends on what stands around
)

var signs = func() (t [256]sign) {
	for _, c := range []byte("=:%\\\"'`<[{") {
		t[c] = sure
	}
	for c := utf8.RuneSelf; c < len(t); c++ {
		t[c] = perhaps
	}
	t['-'], t[' '], t['\t'] = perhaps, perhaps, perhaps
	return t
}()

// Plausible reports whether Read could find a leaf in text. It may be wrong when it
// says so, but where it says no there is none. It is one pass and allocates nothing.
func Plausible(text string) bool {
	for i := range len(text) {
		switch signs[text[i]] {
		case sure:
			return true
		case perhaps:
			if plausibleAt(text, i) {
				return true
			}
		}
	}
	return false
}

// plausibleAt decides about a byte whose neighbours matter: a hyphen may start a
// flag, a blank may end an authentication scheme, and bytes beyond ASCII may be
// either a blank or, from 0xEF on, a fullwidth colon.
func plausibleAt(text string, i int) bool {
	switch c := text[i]; {
	case c == '-':
		if i+1 == len(text) || i > 0 && classes[text[i-1]] == wordByte {
			return false
		}
		next := classes[text[i+1]]
		return next == wordByte || next == wide
	case c == 0xef:
		return true
	}
	return i > 0 && schemeEnds[text[i-1]] && endsWithScheme(text[:i])
}

// schemeEnds are the last bytes of the schemes that endsWithScheme knows.
var schemeEnds = func() (t [256]bool) {
	for _, s := range schemes {
		if s.telling {
			last := s.name[len(s.name)-1]
			t[last], t[strings.ToUpper(string(last))[0]] = true, true
		}
	}
	return t
}()

// endsWithScheme reports whether text ends with the name of an authentication
// scheme that announces credentials.
func endsWithScheme(text string) bool {
	for i := range schemes {
		s := &schemes[i]
		if n := len(text) - len(s.name); s.telling && n >= 0 && strings.EqualFold(text[n:], s.name) {
			return true
		}
	}
	return false
}
