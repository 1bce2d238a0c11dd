package validate

// dea accepts a United States Drug Enforcement Administration number: the
// registrant's type, an initial or 9, six digits and a check digit
// (https://en.wikipedia.org/wiki/DEA_number).
func dea(value string) bool {
	var buf [9]byte
	b := compact(value, buf[:0])
	if !shape(b, "A*9999999") || indexByte("ABCDEFGHJKLMPRSTUX", b[0]) < 0 || isDigit(b[1]) && b[1] != '9' {
		return false
	}
	d := b[2:]
	for i := range d {
		d[i] -= '0'
	}
	return !same(d) && weighted(d, 1, 2, 1, 2, 1, 2)%10 == int(d[6])
}
