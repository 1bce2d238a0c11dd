package validate

// regon accepts a Polish business registry number of nine or fourteen digits
// (https://pl.wikipedia.org/wiki/REGON).
func regon(value string) bool {
	var buf [14]byte
	d := digits(value, buf[:0])
	if len(d) != 9 && len(d) != 14 || same(d) {
		return false
	}
	if weighted(d, 8, 9, 2, 3, 4, 5, 6, 7)%11%10 != int(d[8]) {
		return false
	}
	return len(d) == 9 || weighted(d, 2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8)%11%10 == int(d[13])
}
