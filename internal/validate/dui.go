package validate

// dui accepts a Salvadoran identity number: nine digits, the last a weighted check modulo 10
// (https://es.wikipedia.org/wiki/Documento_%C3%9Anico_de_Identidad_(El_Salvador)).
func dui(value string) bool {
	var buf [9]byte
	d := digits(value, buf[:0])
	return len(d) == 9 && !same(d) && (10-weighted(d, 9, 8, 7, 6, 5, 4, 3, 2)%10)%10 == int(d[8])
}
