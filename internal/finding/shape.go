package finding

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxShape bounds a shape in characters.
	maxShape = 40
	// minShape is the length below which a shape would tell too much of a value.
	minShape = 6
	// shapeSigns are kept in a shape: they stand between groups.
	shapeSigns = "-._:/@+ ()"
)

// Shape is what a value looks like: 9 for a digit, a and A for letters of any
// script, the signs that stand between groups, ? for anything else; beyond 40
// characters an ellipsis. Of a value of fewer than 6 characters, and of one that is
// its own shape, it is Length.
func Shape(value string) string {
	if utf8.RuneCountInString(value) < minShape {
		return Length(value)
	}
	var b strings.Builder
	n := 0
	for _, r := range value {
		if n++; n > maxShape {
			b.WriteString(cut)
			break
		}
		switch {
		case unicode.IsDigit(r):
			b.WriteByte('9')
		case unicode.IsUpper(r):
			b.WriteByte('A')
		case unicode.IsLetter(r):
			b.WriteByte('a')
		case strings.ContainsRune(shapeSigns, r):
			b.WriteRune(r)
		default:
			b.WriteByte('?')
		}
	}
	if shape := b.String(); shape != value {
		return shape
	}
	return Length(value)
}

// Length is all that may be said of a value whose shape would give part of it away,
// as of a PIN or a password.
func Length(value string) string {
	return strconv.Itoa(utf8.RuneCountInString(value)) + " characters"
}
