package validate

// noKonto accepts a Norwegian bank account number: eleven digits, the last a modulus 11 check
// (https://no.wikipedia.org/wiki/Kontonummer).
func noKonto(value string) bool {
	var buf [11]byte
	d := digits(value, buf[:0])
	return len(d) == 11 && !same(d) && (11-weighted(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11)%11 == int(d[10])
}
