package structure

// startsHex reports whether the digits are hexadecimal (base16 of RFC 4648, in
// either case) and may write text or something packed. It steps over 0x and the
// x of \x, which PostgreSQL writes before a bytea.
func (d *runDigits) startsHex() bool {
	const least = 2 * minWritten
	switch {
	case hasPrefix(d.text, "0x"), hasPrefix(d.text, "0X"):
		d.at = 2
	case hasPrefix(d.text, "x"):
		d.at = 1
	}
	if len(d.text)-d.at < least || d.text[d.at] > '7' {
		return false
	}
	return allHex(d.text[d.at : d.at+least])
}

func allHex(s string) bool {
	for i := range len(s) {
		if hexDigit(s[i]) < 0 {
			return false
		}
	}
	return true
}

// decodeHex reads base16.
func (d *runDigits) decodeHex(dst []byte, size int) []byte {
	for len(dst) < size {
		b, ok := hexByte(d.text, d.at)
		if !ok {
			break
		}
		dst = append(dst, b)
		d.at += 2
	}
	return dst
}
