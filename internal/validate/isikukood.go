package validate

// isikukood accepts an Estonian or Lithuanian personal code: sex and century,
// date of birth, serial, and a modulus 11 check digit with a second round of
// weights where the first gives 10
// (https://et.wikipedia.org/wiki/Isikukood, https://lt.wikipedia.org/wiki/Asmens_kodas).
func isikukood(value string) bool {
	var buf [11]byte
	d := digits(value, buf[:0])
	if len(d) != 11 || d[0] == 0 || d[0] == 9 || !possibleDate(number(d[1:3]), number(d[3:5]), number(d[5:7])) {
		return false
	}
	check := weighted(d, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1) % 11
	if check == 10 {
		check = weighted(d, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3) % 11 % 10
	}
	return check == int(d[10])
}
