package validate

// ptNIF accepts a Portuguese tax number: a first digit in use, nine digits, a
// modulus 11 check (https://pt.wikipedia.org/wiki/N%C3%BAmero_de_identifica%C3%A7%C3%A3o_fiscal).
func ptNIF(value string) bool {
	var buf [11]byte
	b := compact(value, buf[:0])
	if len(b) == 11 && b[0] == 'P' && b[1] == 'T' {
		b = b[2:]
	}
	if !shape(b, "999999999") || b[0] == '0' || b[0] == '4' && b[1] != '5' {
		return false
	}
	for i := range b {
		b[i] -= '0'
	}
	check := (11 - weighted(b, 9, 8, 7, 6, 5, 4, 3, 2)%11) % 11 % 10
	return !same(b) && check == int(b[8])
}
