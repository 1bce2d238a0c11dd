package validate

// rif accepts a Venezuelan Registro de Información Fiscal number: a letter for
// the kind of holder, eight digits and a modulus 11 check digit
// (https://es.wikipedia.org/wiki/Registro_%C3%9Anico_de_Informaci%C3%B3n_Fiscal).
func rif(value string) bool {
	var buf [10]byte
	b := compact(value, buf[:0])
	if !shape(b, "A999999999") {
		return false
	}
	kind := indexByte("VEJPG", b[0]) + 1
	if kind == 0 {
		return false
	}
	sum := kind * 4
	for i, w := range [...]int{3, 2, 7, 6, 5, 4, 3, 2} {
		sum += int(b[1+i]-'0') * w
	}
	return b[9] == "00987654321"[sum%11]
}
