package validate

// nit accepts a Colombian Número de Identificación Tributaria of nine or ten
// digits, the last its modulus 11 check with prime weights from the right
// (https://es.wikipedia.org/wiki/N%C3%BAmero_de_Identificaci%C3%B3n_Tributaria).
func nit(value string) bool {
	weights := [...]int{3, 7, 13, 17, 19, 23, 29, 37, 41}
	var buf [10]byte
	d := digits(value, buf[:0])
	if len(d) < 9 || same(d) {
		return false
	}
	sum := 0
	for i := len(d) - 2; i >= 0; i-- {
		sum += int(d[i]) * weights[len(d)-2-i]
	}
	return d[len(d)-1] == "\x00\x01\x09\x08\x07\x06\x05\x04\x03\x02\x01"[sum%11]
}
