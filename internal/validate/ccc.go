package validate

// ccc accepts a Spanish account number (CCC): four digits of bank, four of branch, two check
// digits, ten of account (https://es.wikipedia.org/wiki/C%C3%B3digo_cuenta_cliente).
func ccc(value string) bool {
	var buf [20]byte
	d := digits(value, buf[:0])
	if len(d) != 20 || same(d) {
		return false
	}
	fold := func(sum int) int {
		if check := 11 - sum%11; check < 10 {
			return check
		} else {
			return 11 - check
		}
	}
	return fold(weighted(d, 4, 8, 5, 10, 9, 7, 3, 6)) == int(d[8]) && fold(weighted(d[10:], 1, 2, 4, 8, 5, 10, 9, 7, 3, 6)) == int(d[9])
}
