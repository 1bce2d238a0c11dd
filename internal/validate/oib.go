package validate

// oib accepts a Croatian personal identification number: eleven digits, ISO/IEC
// 7064 MOD 11,10 (https://hr.wikipedia.org/wiki/Osobni_identifikacijski_broj).
func oib(value string) bool {
	var buf [11]byte
	d := digits(value, buf[:0])
	return len(d) == 11 && !same(d) && mod1110(d)
}
