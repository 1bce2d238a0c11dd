package validate

// pesel accepts a Polish PESEL: date of birth with the century in the month,
// serial, and a check digit by weights 1, 3, 7, 9
// (https://www.gov.pl/web/gov/czym-jest-numer-pesel).
func pesel(value string) bool {
	var buf [11]byte
	d := digits(value, buf[:0])
	if len(d) != 11 || same(d) || !possibleDate(number(d[:2]), number(d[2:4])%20, number(d[4:6])) {
		return false
	}
	return weighted(d, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)%10 == 0
}
