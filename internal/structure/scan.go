package structure

import (
	"unicode"
	"unicode/utf8"
)

// class says what a byte may begin in prose.
type class uint8

const (
	other class = iota
	blank       // space or tab
	lineEnd
	wordByte
	wide // the first byte of a rune beyond ASCII
	quoteByte
	opener
	closer
)

var classes = func() (t [256]class) {
	for c := range 256 {
		switch b := byte(c); {
		case b == ' ' || b == '\t':
			t[c] = blank
		case b == '\n' || b == '\r':
			t[c] = lineEnd
		case 'a' <= b|0x20 && b|0x20 <= 'z', isDigit(b), b == '_', b == '-', b == '.', b == '$':
			t[c] = wordByte
		case b >= utf8.RuneSelf:
			t[c] = wide
		case b == '"' || b == '\'' || b == '`':
			t[c] = quoteByte
		case b == '(' || b == '[' || b == '{':
			t[c] = opener
		case b == ')' || b == ']' || b == '}':
			t[c] = closer
		}
	}
	return t
}()

// wideClass classifies the rune beyond ASCII that s starts with: a letter, digit
// or mark belongs to a word, every kind of space is blank.
func wideClass(s string) (class, int) {
	c, n := utf8.DecodeRuneInString(s)
	switch {
	case c == utf8.RuneError && n == 1:
		return other, 1
	case unicode.IsLetter(c), unicode.IsDigit(c), unicode.IsMark(c):
		return wordByte, n
	case unicode.IsSpace(c), c == '\u200b', c == '\u2060', c == '\ufeff':
		return blank, n
	}
	return other, n
}

// wordEnd is where the run of key characters that starts at i ends. Percent
// escapes belong to it; escaped reports that there was one.
func (r *reader) wordEnd(i, end int) (stop int, escaped bool) {
	start := i
loop:
	for i < end {
		switch classes[r.text[i]] {
		case wordByte:
			i++
		case wide:
			c, n := wideClass(r.text[i:end])
			if c != wordByte {
				break loop
			}
			i += n
		default:
			if r.text[i] != '%' {
				break loop
			}
			if _, ok := hexByte(r.text[:end], i+1); !ok {
				break loop
			}
			escaped = true
			i += 3
		}
	}
	r.steps += i - start
	return i, escaped
}

// skipBlanks is the first position from i on that is neither blank nor part of a
// terminal colour code. Line ends are not blank.
func (r *reader) skipBlanks(i, end int) int {
	start := i
loop:
	for i < end {
		switch c := r.text[i]; classes[c] {
		case blank:
			i++
		case wide:
			k, n := wideClass(r.text[i:end])
			if k != blank {
				break loop
			}
			i += n
		default:
			n := colourLen(r.text[i:end])
			if n == 0 {
				break loop
			}
			i += n
		}
	}
	r.steps += i - start
	return i
}

// atBlank reports whether a blank, a line end or the end of the text is at i.
func (r *reader) atBlank(i, end int) bool {
	if i >= end {
		return true
	}
	switch classes[r.text[i]] {
	case blank, lineEnd:
		return true
	case wide:
		k, _ := wideClass(r.text[i:end])
		return k == blank
	}
	return false
}

// lineStop is where the line that i is in ends.
func (r *reader) lineStop(i, end int) int {
	start := i
	for i < end && classes[r.text[i]] != lineEnd {
		i++
	}
	r.steps += i - start
	return i
}

// colourLen is the length of the terminal colour code s starts with (ECMA-48
// select graphic rendition: ESC [ parameters m), 0 if it is none. The escape
// character may also be written out, as \x1b, \u001b, \033 or \e.
func colourLen(s string) int {
	i := 0
	switch {
	case s == "":
		return 0
	case s[0] == 0x1b:
		i = 1
	case s[0] == '\\':
		for _, esc := range [...]string{`\x1b`, `\x1B`, `\u001b`, `\u001B`, `\033`, `\e`} {
			if len(s) > len(esc) && s[:len(esc)] == esc {
				i = len(esc)
				break
			}
		}
	}
	if i == 0 || i == len(s) || s[i] != '[' {
		return 0
	}
	const longest = 32
	for i++; i < len(s) && i < longest; i++ {
		switch c := s[i]; {
		case c == 'm' || c == 'K':
			return i + 1
		case !isDigit(c) && c != ';' && c != ':':
			return 0
		}
	}
	return 0
}
