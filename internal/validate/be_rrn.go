package validate

// beRRN accepts a Belgian national register number or BIS number: date of birth
// (month 20 or 40 more for BIS, zeros where unknown), serial, and 97 less the
// number modulo 97, with a 2 before it for births since 2000
// (https://fr.wikipedia.org/wiki/Num%C3%A9ro_de_registre_national).
func beRRN(value string) bool {
	var buf [11]byte
	d := digits(value, buf[:0])
	if len(d) != 11 || same(d) {
		return false
	}
	month, day := number(d[2:4])%20, number(d[4:6])
	if number(d[2:4]) >= 60 || month > 12 || day > 31 {
		return false
	}
	n, key := number(d[:9]), number(d[9:])
	return 97-n%97 == key || 97-(2_000_000_000+n)%97 == key
}
