package validate

// cedulaDO accepts a Dominican cédula: eleven digits with a Luhn check digit
// (https://es.wikipedia.org/wiki/C%C3%A9dula_de_identidad#Rep%C3%BAblica_Dominicana).
func cedulaDO(value string) bool {
	var buf [11]byte
	d := digits(value, buf[:0])
	return len(d) == 11 && !same(d) && luhnHolds(d)
}
