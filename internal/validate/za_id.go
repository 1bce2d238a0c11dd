package validate

// zaID accepts a South African identity number: date of birth, serial,
// citizenship (0 to 2), and a Luhn check digit
// (https://en.wikipedia.org/wiki/South_African_identity_card#Identity_number).
func zaID(value string) bool {
	var buf [13]byte
	d := digits(value, buf[:0])
	return len(d) == 13 && d[10] <= 2 && possibleDate(number(d[:2]), number(d[2:4]), number(d[4:6])) && luhnHolds(d)
}
