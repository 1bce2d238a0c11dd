package validate

// codiceFiscale accepts the tax code of a person in Italy: letters of the name,
// year, month letter, day (40 more for women), municipality and a control
// letter; digits may be replaced by letters where two people would share a code
// (Decreto Ministeriale 23 December 1976, https://it.wikipedia.org/wiki/Codice_fiscale#Generazione_del_codice_fiscale).
func codiceFiscale(value string) bool {
	var buf [16]byte
	b := compact(value, buf[:0])
	if !shape(b, "AAAAAA**A**A***A") || indexByte("ABCDEHLMPRST", b[8]) < 0 {
		return false
	}
	for _, i := range [...]int{6, 7, 9, 10, 12, 13, 14} {
		if !isDigit(b[i]) && indexByte("LMNPQRSTUV", b[i]) < 0 {
			return false
		}
	}
	day := omocodia(b[9])*10 + omocodia(b[10])
	if day < 1 || day > 71 || day > 31 && day < 41 {
		return false
	}
	sum := 0
	for i, c := range b[:15] {
		v := int(c - 'A')
		if isDigit(c) {
			v = int(c - '0')
		}
		if i%2 == 0 { // odd place, counted from one
			v = int("\x01\x00\x05\x07\x09\x0d\x0f\x11\x13\x15\x02\x04\x12\x14\x0b\x03\x06\x08\x0c\x0e\x10\x0a\x16\x19\x18\x17"[v])
		}
		sum += v
	}
	return int(b[15]-'A') == sum%26
}

// omocodia is the digit that c is or stands for.
func omocodia(c byte) int {
	if isDigit(c) {
		return int(c - '0')
	}
	return indexByte("LMNPQRSTUV", c)
}
