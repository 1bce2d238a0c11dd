package validate

// cbu accepts an Argentine CBU or CVU: a block of eight digits for bank and branch and one of
// fourteen for the account, each with a check digit
// (https://es.wikipedia.org/wiki/Clave_Bancaria_Uniforme).
func cbu(value string) bool {
	var buf [22]byte
	d := digits(value, buf[:0])
	return len(d) == 22 && !same(d) &&
		(10-weighted(d, 7, 1, 3, 9, 7, 1, 3)%10)%10 == int(d[7]) &&
		(10-weighted(d[8:], 3, 9, 7, 1, 3, 9, 7, 1, 3, 9, 7, 1, 3)%10)%10 == int(d[21])
}
