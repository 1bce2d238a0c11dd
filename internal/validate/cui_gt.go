package validate

// cuiGT accepts a Guatemalan identity number (CUI): eight digits, a modulus 11 check digit,
// department and municipality
// (https://es.wikipedia.org/wiki/C%C3%B3digo_%C3%9Anico_de_Identificaci%C3%B3n).
func cuiGT(value string) bool {
	var buf [13]byte
	d := digits(value, buf[:0])
	if len(d) != 13 || same(d) {
		return false
	}
	department, town := number(d[9:11]), number(d[11:])
	return department >= 1 && department <= 22 && town >= 1 && weighted(d, 2, 3, 4, 5, 6, 7, 8, 9)%11 == int(d[8])
}
