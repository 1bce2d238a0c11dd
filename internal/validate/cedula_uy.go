package validate

// cedulaUY accepts a Uruguayan cédula de identidad: six or seven digits and a check
// digit with the weights 2, 9, 8, 7, 6, 3, 4
// (https://es.wikipedia.org/wiki/C%C3%A9dula_de_identidad#Uruguay).
func cedulaUY(value string) bool {
	var buf [8]byte
	d := digits(value, buf[:0])
	switch len(d) {
	case 7:
		return !same(d) && int(d[6]) == (10-weighted(d, 9, 8, 7, 6, 3, 4)%10)%10
	case 8:
		return !same(d) && int(d[7]) == (10-weighted(d, 2, 9, 8, 7, 6, 3, 4)%10)%10
	}
	return false
}
