package validate

// cnp accepts a Romanian Cod Numeric Personal: sex and century, date of birth,
// county, serial and a modulus 11 check digit, 10 being 1
// (https://ro.wikipedia.org/wiki/Cod_numeric_personal_(Rom%C3%A2nia)).
func cnp(value string) bool {
	var buf [13]byte
	d := digits(value, buf[:0])
	if len(d) != 13 || d[0] == 0 || !possibleDate(number(d[1:3]), number(d[3:5]), number(d[5:7])) {
		return false
	}
	switch county := number(d[7:9]); {
	case county >= 1 && county <= 52, county == 70, county >= 80 && county <= 83:
	default:
		return false
	}
	check := weighted(d, 2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9) % 11
	if check == 10 {
		check = 1
	}
	return check == int(d[12])
}
