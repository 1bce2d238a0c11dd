package validate

// mxNSS accepts a Mexican social security number: eleven digits with Luhn's check digit
// (https://es.wikipedia.org/wiki/N%C3%BAmero_de_Seguridad_Social_(M%C3%A9xico)).
func mxNSS(value string) bool {
	var buf [11]byte
	d := digits(value, buf[:0])
	return len(d) == 11 && !same(d) && luhnHolds(d)
}
