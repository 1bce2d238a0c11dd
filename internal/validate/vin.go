package validate

// vin accepts a vehicle identification number with the check digit that North
// America and China require in the ninth place (49 CFR 565.15). European
// numbers have none: a rule for those relies on its key.
func vin(value string) bool {
	const values = "\x01\x02\x03\x04\x05\x06\x07\x08\x00\x01\x02\x03\x04\x05\x00\x07\x00\x09\x02\x03\x04\x05\x06\x07\x08\x09" // A to Z
	var buf [17]byte
	b := compact(value, buf[:0])
	if len(b) != 17 {
		return false
	}
	sum := 0
	for i, w := range [17]int{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2} {
		switch c := b[i]; {
		case c == 'I' || c == 'O' || c == 'Q':
			return false
		case isDigit(c):
			sum += int(c-'0') * w
		default:
			sum += int(values[c-'A']) * w
		}
	}
	return b[8] == "0123456789X"[sum%11] && !shape(b, "99999999999999999")
}
