package validate

// luhn is the modulus 10 check of ISO/IEC 7812-1, annex B, over two to 24
// digits that are not all the same.
func luhn(value string) bool {
	var buf [24]byte
	d := digits(value, buf[:0])
	return len(d) >= 2 && !same(d) && luhnHolds(d)
}

// luhnHolds doubles every second digit from the right, the check digit itself excepted.
func luhnHolds(d []byte) bool {
	sum := 0
	double := false
	for i := len(d) - 1; i >= 0; i-- {
		c := int(d[i])
		if double {
			if c *= 2; c > 9 {
				c -= 9
			}
		}
		sum += c
		double = !double
	}
	return sum%10 == 0
}
