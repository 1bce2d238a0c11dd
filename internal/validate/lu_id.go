package validate

// luID accepts a Luxembourg national identification number: date of birth,
// serial, a Luhn and a Verhoeff check digit, each over the first eleven
// (https://en.wikipedia.org/wiki/National_identification_number#Luxembourg).
func luID(value string) bool {
	var buf [13]byte
	d := digits(value, buf[:0])
	if len(d) != 13 {
		return false
	}
	if year := number(d[:4]); year < 1850 || year > 2100 || !possibleDate(year, number(d[4:6]), number(d[6:8])) || !luhnHolds(d[:12]) {
		return false
	}
	d[11] = d[12] // the second check digit leaves the first out
	return verhoeffHolds(d[:12])
}
