package validate

// pis accepts a Brazilian PIS, PASEP or NIT number: eleven digits, the last a modulus 11 check
// (https://pt.wikipedia.org/wiki/PIS/PASEP).
func pis(value string) bool {
	var buf [11]byte
	d := digits(value, buf[:0])
	if len(d) != 11 || same(d) {
		return false
	}
	check := 11 - weighted(d, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)%11
	if check > 9 {
		check = 0
	}
	return check == int(d[10])
}
