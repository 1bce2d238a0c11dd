package validate

// rucPE accepts a Peruvian Registro Único de Contribuyentes number: a type
// prefix, eight digits and a modulus 11 check digit
// (https://es.wikipedia.org/wiki/Registro_%C3%9Anico_de_Contribuyentes).
func rucPE(value string) bool {
	var buf [11]byte
	d := digits(value, buf[:0])
	if len(d) != 11 {
		return false
	}
	switch number(d[:2]) {
	case 10, 15, 16, 17, 20:
		return int(d[10]) == (11-weighted(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11)%10
	}
	return false
}
