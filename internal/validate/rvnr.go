package validate

// rvnr accepts a German pension insurance number (Rentenversicherungsnummer):
// area, date of birth, initial, serial and check digit; the letter counts as
// its two-digit place in the alphabet (VKVV § 4, https://www.gesetze-im-internet.de/vkvv/__4.html).
func rvnr(value string) bool {
	var buf [12]byte
	b := compact(value, buf[:0])
	if !shape(b, "99999999A999") {
		return false
	}
	// The day is 50 more where two people would share a number.
	if !possibleDate(ascii(b[6:8]), ascii(b[4:6]), ascii(b[2:4])%50) || ascii(b[:2]) < 2 {
		return false
	}
	letter := int(b[8]-'A') + 1
	digit := [12]int{8: letter / 10, 9: letter % 10, 10: int(b[9] - '0'), 11: int(b[10] - '0')}
	for i, c := range b[:8] {
		digit[i] = int(c - '0')
	}
	sum := 0
	for i, w := range [12]int{2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1} {
		p := digit[i] * w
		sum += p/10 + p%10
	}
	return int(b[11]-'0') == sum%10
}
