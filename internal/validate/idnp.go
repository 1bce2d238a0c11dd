package validate

// idnp accepts a Moldovan personal number (IDNP): thirteen digits that begin with 0 or 2, the last
// a check by weights 7, 3 and 1
// (https://en.wikipedia.org/wiki/National_identification_number#Moldova).
func idnp(value string) bool {
	var buf [13]byte
	d := digits(value, buf[:0])
	return len(d) == 13 && (d[0] == 0 || d[0] == 2) && !same(d) &&
		weighted(d, 7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1)%10 == int(d[12])
}
