package validate

// egn accepts a Bulgarian ЕГН: date of birth with the century in the month,
// serial and a modulus 11 check digit
// (https://en.wikipedia.org/wiki/Unique_citizenship_number).
func egn(value string) bool {
	var buf [10]byte
	d := digits(value, buf[:0])
	if len(d) != 10 || number(d[2:4]) >= 60 || !possibleDate(number(d[:2]), number(d[2:4])%20, number(d[4:6])) {
		return false
	}
	return weighted(d, 2, 4, 8, 5, 10, 9, 7, 3, 6)%11%10 == int(d[9])
}
