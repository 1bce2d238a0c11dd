package validate

// fodselsnummer accepts a Norwegian birth number or D-number (40 more on the
// day), or one with 40 or 80 more on the month as health services and test
// data have: a date, a serial and two modulus 11 check digits
// (https://www.skatteetaten.no/en/person/national-registry/identitetsnummer/).
func fodselsnummer(value string) bool {
	var buf [11]byte
	d := digits(value, buf[:0])
	if len(d) != 11 {
		return false
	}
	day, month := number(d[:2])%40, number(d[2:4])%40
	if !possibleDate(number(d[4:6]), month, day) || number(d[:2]) >= 80 {
		return false
	}
	return (11-weighted(d, 3, 7, 6, 1, 8, 9, 4, 5, 2)%11)%11 == int(d[9]) &&
		(11-weighted(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11)%11 == int(d[10])
}
