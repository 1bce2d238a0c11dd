package validate

// hkid accepts a Hong Kong identity card number: one or two letters, six digits
// and a check digit by modulus 11, 10 being A, often in parentheses
// (https://en.wikipedia.org/wiki/Hong_Kong_identity_card#Check_digit).
func hkid(value string) bool {
	var plain [16]byte
	n := 0
	for i := 0; i < len(value); i++ {
		if c := value[i]; c != '(' && c != ')' {
			if n == len(plain) {
				return false
			}
			plain[n] = c
			n++
		}
	}
	var buf [9]byte
	b := compact(string(plain[:n]), buf[:0])
	sum := 0
	switch {
	case shape(b, "A999999*"):
		sum = 36 * 9 // the place of the first letter is a space
	case shape(b, "AA999999*"):
		sum = int(b[0]-'A'+10) * 9
		b = b[1:]
	default:
		return false
	}
	sum += int(b[0]-'A'+10) * 8
	for i, c := range b[1:7] {
		sum += int(c-'0') * (7 - i)
	}
	return b[7] == "0A987654321"[sum%11]
}
