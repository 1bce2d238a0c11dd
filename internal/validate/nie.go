package validate

// nie accepts a Spanish Número de Identidad de Extranjero: X, Y or Z for 0, 1 or
// 2, seven digits and the letter of the DNI (see dni for the source).
func nie(value string) bool {
	var buf [9]byte
	b := compact(value, buf[:0])
	if !shape(b, "A9999999A") || b[0] < 'X' {
		return false
	}
	return b[8] == dniLetters[(int(b[0]-'X')*10_000_000+ascii(b[1:8]))%23]
}
