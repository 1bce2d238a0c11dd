package validate

// cedulaEC accepts an Ecuadorian cédula: a province, a third digit below 6 and
// a modulus 10 check digit (https://es.wikipedia.org/wiki/C%C3%A9dula_de_identidad#Ecuador).
func cedulaEC(value string) bool {
	var buf [10]byte
	d := digits(value, buf[:0])
	if len(d) != 10 || d[2] > 5 || same(d) {
		return false
	}
	province := number(d[:2])
	return (province >= 1 && province <= 24 || province == 30) && luhnHolds(d)
}
