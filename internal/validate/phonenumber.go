package validate

import "strings"

// phoneNumber accepts what may stand under a key that says telephone: 6 to 15
// digits (the bound of E.164) with the punctuation people use, an optional +
// and an optional extension. It knows no numbering plan: under such a key a
// number of a fictitious area is as private as any other.
func phoneNumber(value string) bool {
	value = strings.TrimSpace(value)
	if i := extension(value); i > 0 {
		value = value[:i]
	}
	n := 0
	for i := 0; i < len(value); {
		c := value[i]
		switch {
		case isDigit(c):
			n++
			i++
		case c == '(' || c == ')' || c == '+' && n == 0:
			i++
		default:
			w := separator(value, i)
			if w == 0 {
				return false
			}
			i += w
		}
	}
	return n >= 6 && n <= 15
}

// extension is where " x123", " ext. 123" or "#123" starts, or -1.
func extension(value string) int {
	end := len(value)
	for end > 0 && isDigit(value[end-1]) {
		end--
	}
	if n := len(value) - end; n == 0 || n > 6 {
		return -1
	}
	head := strings.TrimRight(value[:end], " .:")
	for _, mark := range [...]string{"ext", "EXT", "Ext", "x", "X", "#"} {
		if h, ok := strings.CutSuffix(head, mark); ok {
			return len(strings.TrimRight(h, " ,;"))
		}
	}
	return -1
}
