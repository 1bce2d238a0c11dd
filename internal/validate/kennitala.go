package validate

// kennitala accepts an Icelandic identification number: date of birth (40 more
// on the day for organisations), serial, modulus 11 check digit, century
// (https://www.skra.is/english/individuals/me-and-my-family/my-registration/id-numbers/).
func kennitala(value string) bool {
	var buf [10]byte
	d := digits(value, buf[:0])
	if len(d) != 10 || d[9] != 0 && d[9] != 9 && d[9] != 8 {
		return false
	}
	return possibleDate(number(d[4:6]), number(d[2:4]), number(d[:2])%40) &&
		(11-weighted(d, 3, 2, 7, 6, 5, 4, 3, 2)%11)%11 == int(d[8])
}
