package validate

// cuit accepts an Argentine CUIT, CUIL or CDI: a type prefix, eight digits and a
// modulus 11 check digit (https://es.wikipedia.org/wiki/Clave_%C3%9Anica_de_Identificaci%C3%B3n_Tributaria).
func cuit(value string) bool {
	var buf [11]byte
	d := digits(value, buf[:0])
	if len(d) != 11 {
		return false
	}
	switch number(d[:2]) {
	case 20, 23, 24, 25, 26, 27, 30, 33, 34, 50, 51, 55:
		check := (11 - weighted(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11) % 11
		return int(d[10]) == min(check, 9) // 10 is written 9 where the prefix was not changed instead
	}
	return false
}
