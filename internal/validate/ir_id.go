package validate

// irID accepts an Iranian national code: ten digits, the last a modulus 11 check that stands for
// itself below 2 (https://fa.wikipedia.org/wiki/شماره_ملی).
func irID(value string) bool {
	var buf [10]byte
	d := digits(value, buf[:0])
	if len(d) != 10 || same(d) {
		return false
	}
	check := weighted(d, 10, 9, 8, 7, 6, 5, 4, 3, 2) % 11
	if check > 1 {
		check = 11 - check
	}
	return check == int(d[9])
}
