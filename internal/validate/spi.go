package validate

// spi accepts a French tax number of a person (numéro fiscal de référence):
// thirteen digits, the first 0 to 3, the last three the rest of the first ten modulo 511
// (https://www.oecd.org/tax/automatic-exchange/crs-implementation-and-assistance/tax-identification-numbers/).
func spi(value string) bool {
	var buf [13]byte
	d := digits(value, buf[:0])
	return len(d) == 13 && d[0] <= 3 && !same(d) && number(d[:10])%511 == number(d[10:])
}
