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

// base32 reads the digits that are all of s, if they write text of at least minWritten
// bytes, printable to the last. What is left over of the last byte is to be zero.
func base32(s string) (text string, ok bool) {
	const least = 18 // digits that write minWritten bytes
	if len(s) < least {
		return "", false
	}
	out := make([]byte, 0, len(s)*5/8)
	acc, bits := 0, 0
	for i := range len(s) {
		v := digit32(s[i])
		if v < 0 {
			return "", false
		}
		acc = acc<<5 | v
		if bits += 5; bits >= 8 {
			bits -= 8
			if out = append(out, byte(acc>>bits)); len(out) == quick && !isText(out) {
				return "", false
			}
			acc &= 1<<bits - 1
		}
	}
	return string(out), acc == 0 && len(out) >= minWritten && textLen(out) == len(out)
}
