package validate

// personasKods accepts a Latvian personal code: date of birth, century, serial
// and a check digit; or, since 2017, 32 to 39 and eight more digits without a date
// (https://lv.wikipedia.org/wiki/Personas_kods).
func personasKods(value string) bool {
	var buf [11]byte
	d := digits(value, buf[:0])
	if len(d) != 11 {
		return false
	}
	if p := number(d[:2]); p >= 32 {
		return p <= 39
	}
	return d[6] <= 2 && possibleDate(number(d[4:6]), number(d[2:4]), number(d[:2])) &&
		(1+weighted(d, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9))%11%10 == int(d[10])
}
