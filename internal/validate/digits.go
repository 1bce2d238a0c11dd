package validate

// separator is the length in bytes of the group separator that starts at s[i],
// or 0. Spaces and dashes come in many widths: a number pasted from a web page
// or a document carries the typographic ones.
func separator(s string, i int) int {
	switch s[i] {
	case ' ', '-', '.', '/':
		return 1
	case 0xC2:
		if i+1 < len(s) && s[i+1] == 0xA0 { // no-break space
			return 2
		}
	case 0xE2:
		if i+2 >= len(s) {
			return 0
		}
		switch b, c := s[i+1], s[i+2]; {
		case b == 0x80 && (c >= 0x80 && c <= 0x8A || c >= 0x90 && c <= 0x95 || c == 0xAF), // U+2000..200A, U+2010..2015, U+202F
			b == 0x88 && c == 0x92: // minus sign
			return 3
		}
	}
	return 0
}

// digits appends the digits of s to buf as numbers 0 to 9, without the
// separators. It returns nil when s holds anything else, or more digits than
// buf has room for.
func digits(s string, buf []byte) []byte {
	for i := 0; i < len(s); {
		if c := s[i] - '0'; c <= 9 {
			if len(buf) == cap(buf) {
				return nil
			}
			buf = append(buf, c)
			i++
			continue
		}
		n := separator(s, i)
		if n == 0 {
			return nil
		}
		i += n
	}
	return buf
}

// compact appends the ASCII letters and digits of s to buf, letters in upper
// case, without the separators. It returns nil when s holds anything else, or
// more than buf has room for.
func compact(s string, buf []byte) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		if isDigit(c) || isUpper(c) {
			if len(buf) == cap(buf) {
				return nil
			}
			buf = append(buf, c)
			i++
			continue
		}
		n := separator(s, i)
		if n == 0 {
			return nil
		}
		i += n
	}
	return buf
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

// shape reports whether b follows pattern byte for byte: '9' stands for a
// digit, 'A' for an upper-case letter, '*' for either, and any other byte for
// itself.
func shape(b []byte, pattern string) bool {
	if len(b) != len(pattern) {
		return false
	}
	for i, c := range b {
		switch p := pattern[i]; p {
		case '9':
			if !isDigit(c) {
				return false
			}
		case 'A':
			if !isUpper(c) {
				return false
			}
		case '*':
			if !isDigit(c) && !isUpper(c) {
				return false
			}
		default:
			if c != p {
				return false
			}
		}
	}
	return true
}

// number is the decimal number that the digits spell.
func number(d []byte) int {
	n := 0
	for _, c := range d {
		n = n*10 + int(c)
	}
	return n
}

// ascii is number for digits that are still text.
func ascii(b []byte) int {
	n := 0
	for _, c := range b {
		n = n*10 + int(c-'0')
	}
	return n
}

// weighted is the sum of each digit times its weight.
func weighted(d []byte, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += int(d[i]) * w
	}
	return sum
}

// same reports whether all digits are equal, as in numbers people make up.
func same(d []byte) bool {
	for _, c := range d {
		if c != d[0] {
			return false
		}
	}
	return true
}

// mod1110 is the check of ISO/IEC 7064, MOD 11,10, over digits whose last is
// the check digit.
func mod1110(d []byte) bool {
	p := 10
	for _, c := range d[:len(d)-1] {
		s := (p + int(c)) % 10
		if s == 0 {
			s = 10
		}
		p = s * 2 % 11
	}
	return (p+int(d[len(d)-1]))%10 == 1
}

// possibleDate reports whether the calendar has the day. A year below 100 may
// stand for any century, so its 29 February is possible when the last two digits allow it.
func possibleDate(year, month, day int) bool {
	if month < 1 || month > 12 || day < 1 {
		return false
	}
	last := 31
	switch month {
	case 4, 6, 9, 11:
		last = 30
	case 2:
		last = 28
		if year%4 == 0 && (year < 100 || year%100 != 0 || year%400 == 0) {
			last = 29
		}
	}
	return day <= last
}
