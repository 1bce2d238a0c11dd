package structure

// digit32 are the digits of base32 (RFC 4648, section 6), in one case.
func digit32(c byte) int {
	switch {
	case 'A' <= c && c <= 'Z':
		return int(c - 'A')
	case '2' <= c && c <= '7':
		return int(c-'2') + 26
	}
	return -1
}

// read32 reads the digits that s starts with, up to its end or a line's, if they write
// text of at least minWritten bytes, printable to the last, and returns how many they
// are. What is left over of the last byte is to be zero. It stops at the first digit
// that is none, and takes no room before it has seen a few.
func read32(s string) (text string, n int) {
	const least = 18 // digits that write minWritten bytes
	for n < len(s) && digit32(s[n]) >= 0 {
		n++
	}
	if n < least || n < len(s) && s[n] != '\n' && s[n] != '\r' {
		return "", 0
	}
	out, ok := decode32(nil, s[:n])
	if !ok || textLen(out) < len(out) {
		return "", 0
	}
	return string(out), n
}

// decode32 appends what base32 writes. It gives up at what is no digit, and after a few
// bytes that are no text.
func decode32(dst []byte, s string) ([]byte, bool) {
	acc, bits := 0, 0
	for i := range len(s) {
		v := digit32(s[i])
		if v < 0 {
			return nil, false
		}
		acc = acc<<5 | v
		if bits += 5; bits >= 8 {
			bits -= 8
			if dst = append(dst, byte(acc>>bits)); len(dst) == quick && !isText(dst) {
				return nil, false
			}
			acc &= 1<<bits - 1
		}
	}
	return dst, acc == 0
}
