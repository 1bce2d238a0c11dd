package validate

// nuss accepts a Spanish social security number: province, number and the
// remainder of both modulo 97 (https://www.seg-social.es; algorithm in
// https://es.wikipedia.org/wiki/N%C3%BAmero_de_la_Seguridad_Social_(Espa%C3%B1a)).
func nuss(value string) bool {
	var buf [12]byte
	d := digits(value, buf[:0])
	if len(d) != 12 || same(d) {
		return false
	}
	province, serial := number(d[:2]), number(d[2:10])
	if province == 0 {
		return false
	}
	// The province is put before the serial without its leading zero; software
	// that keeps the zero is about as common.
	return (province*100_000_000+serial)%97 == number(d[10:]) ||
		serial < 10_000_000 && (province*10_000_000+serial)%97 == number(d[10:])
}
