package structure

import "strings"

// HasQuotedPrintable reports whether text looks like quoted-printable (RFC 2045
// section 6.7): it holds an equals sign written as one must be, =3D, or a soft line
// break. Other escapes alone say little: status=200 has the form of one. So has the
// padding of base64 at the end of a line.
func HasQuotedPrintable(text string) bool {
	for i := strings.IndexByte(text, '='); i >= 0; {
		rest := text[i+1:]
		if hasPrefix(rest, "3D") || (hasPrefix(rest, "\n") || hasPrefix(rest, "\r\n")) && !endsPadded(text[:i+1]) {
			return true
		}
		next := strings.IndexByte(rest, '=')
		if next < 0 {
			break
		}
		i += 1 + next
	}
	return false
}

// endsPadded reports whether s, which ends with an equals sign, ends as base64 does
// with its padding: two of them, which quoted-printable never has, or one after as
// many digits as belong before it.
func endsPadded(s string) bool {
	const longest = 76 // of quoted-printable's lines
	i := len(s) - 1
	if i > 0 && s[i-1] == '=' {
		return true
	}
	for i > 0 && len(s)-i <= longest && runByte[s[i-1]] {
		i--
	}
	n := len(s) - i
	return n > longest || n >= minRun && n%4 == 0
}

// decodeQuotedPrintable undoes the escape that s starts with. Lower case digits
// are not allowed in it, and much else has their form.
func decodeQuotedPrintable(s string, dst []byte) (int, []byte) {
	switch {
	case hasPrefix(s, "=\n"):
		return 2, dst
	case hasPrefix(s, "=\r\n"):
		return 3, dst
	case len(s) < 3 || s[1] > 'F' || s[2] > 'F':
		return 0, dst
	}
	if b, ok := hexByte(s, 1); ok {
		return 3, append(dst, b)
	}
	return 0, dst
}
