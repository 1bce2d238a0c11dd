package validate

// bsn accepts a Dutch Burgerservicenummer: eight or nine digits that pass the
// eleven test with -1 for the last digit (https://nl.wikipedia.org/wiki/Burgerservicenummer#11-proef).
func bsn(value string) bool {
	var buf [9]byte
	d := digits(value, buf[:0])
	switch len(d) {
	case 8:
		return !same(d) && weighted(d, 8, 7, 6, 5, 4, 3, 2, -1)%11 == 0
	case 9:
		return !same(d) && weighted(d, 9, 8, 7, 6, 5, 4, 3, 2, -1)%11 == 0
	}
	return false
}
