package structure

import "strings"

// signs are the bytes without which Read finds nothing, but for what Plausible
// looks at besides.
var signs = func() (t [256]bool) {
	for _, c := range []byte("=:%\\\"'`<\x1b") {
		t[c] = true
	}
	return t
}()

// Plausible reports whether Read could find a leaf in text. It may be wrong about
// that, but where it says no there is none. It is one pass and allocates nothing.
func Plausible(text string) bool {
	for i := range len(text) {
		c := text[i]
		if signs[c] {
			return true
		}
		switch {
		case c == '-':
			// A flag: --password x.
			if i+1 < len(text) && (text[i+1] == '-' || isLetter(text[i+1])) && (i == 0 || classes[text[i-1]] != wordByte) {
				return true
			}
		case c == ' ' || c == '\t' || c >= 0xc2:
			if c == 0xef || endsWithScheme(text[:i]) {
				return true
			}
		case c == '[' || c == '{':
			return true
		}
	}
	return false
}

// endsWithScheme reports whether text ends with the name of an authentication
// scheme that announces credentials.
func endsWithScheme(text string) bool {
	for _, s := range schemes {
		if n := len(text) - len(s.name); s.telling && n >= 0 && strings.EqualFold(text[n:], s.name) {
			return true
		}
	}
	return false
}
