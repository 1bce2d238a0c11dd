package validate

// amka accepts a Greek social security number (AMKA): date of birth, serial and
// a Luhn check digit (https://en.wikipedia.org/wiki/AMKA).
func amka(value string) bool {
	var buf [11]byte
	d := digits(value, buf[:0])
	return len(d) == 11 && possibleDate(number(d[4:6]), number(d[2:4]), number(d[:2])) && luhnHolds(d)
}
