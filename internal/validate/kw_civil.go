package validate

// kwCivil accepts a Kuwaiti civil number: century, date of birth, serial and a modulus 11 check
// digit (https://en.wikipedia.org/wiki/Civil_identity_card_(Kuwait)).
func kwCivil(value string) bool {
	var buf [12]byte
	d := digits(value, buf[:0])
	return len(d) == 12 && (d[0] == 2 || d[0] == 3) && possibleDate(1700+int(d[0])*100+number(d[1:3]), number(d[3:5]), number(d[5:7])) &&
		11-weighted(d, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)%11 == int(d[11])
}
