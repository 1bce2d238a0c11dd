package validate

// nir accepts the French social security number (numéro d'inscription au
// répertoire): sex, year, month, department (2A and 2B for Corsica),
// municipality, order, and a key of 97 less the number modulo 97
// (https://www.insee.fr/fr/information/2016815, https://fr.wikipedia.org/wiki/Num%C3%A9ro_de_s%C3%A9curit%C3%A9_sociale_en_France).
func nir(value string) bool {
	var buf [15]byte
	b := compact(value, buf[:0])
	if len(b) != 15 {
		return false
	}
	if b[5] == '2' && (b[6] == 'A' || b[6] == 'B') { // Corsica counts as 19 and 18 in the key
		b[5], b[6] = '1', '9'-(b[6]-'A')
	}
	if !shape(b, "999999999999999") || indexByte("123478", b[0]) < 0 {
		return false
	}
	month := ascii(b[3:5])
	if month == 0 || month > 12 && month < 20 || month > 42 && month < 50 {
		return false
	}
	return 97-ascii(b[:13])%97 == ascii(b[13:])
}
