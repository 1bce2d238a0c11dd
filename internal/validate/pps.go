package validate

// pps accepts an Irish Personal Public Service number: seven digits, a check
// letter by modulus 23, and since 2013 a second letter that counts nine times
// (https://en.wikipedia.org/wiki/Personal_Public_Service_Number#Check_character).
func pps(value string) bool {
	var buf [9]byte
	b := compact(value, buf[:0])
	second := 0
	switch {
	case shape(b, "9999999A"):
	case shape(b, "9999999AA"):
		if c := b[8]; c <= 'I' {
			second = int(c-'A') + 1
		} else if c != 'W' && c != 'T' && c != 'X' {
			return false
		}
	default:
		return false
	}
	sum := second * 9
	for i, c := range b[:7] {
		sum += int(c-'0') * (8 - i)
	}
	return b[7] == "WABCDEFGHIJKLMNOPQRSTUV"[sum%23]
}
