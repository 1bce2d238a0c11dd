package validate

// cif accepts the Spanish tax number of an organisation: a letter for its form,
// seven digits and a check that is a digit or a letter
// (https://es.wikipedia.org/wiki/C%C3%B3digo_de_identificaci%C3%B3n_fiscal).
func cif(value string) bool {
	var buf [9]byte
	b := compact(value, buf[:0])
	if !shape(b, "A9999999*") || indexByte("ABCDEFGHJNPQRSUVW", b[0]) < 0 {
		return false
	}
	sum := 0
	for i, c := range b[1:8] {
		n := int(c - '0')
		if i%2 == 0 {
			n *= 2
		}
		sum += n/10 + n%10
	}
	check := (10 - sum%10) % 10
	return b[8] == byte('0'+check) || b[8] == "JABCDEFGHI"[check]
}
