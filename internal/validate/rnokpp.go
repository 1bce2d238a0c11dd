package validate

// rnokpp accepts the Ukrainian taxpayer card number (РНОКПП): days since 1899,
// serial and a modulus 11 check digit
// (https://uk.wikipedia.org/wiki/Реєстраційний_номер_облікової_картки_платника_податків).
func rnokpp(value string) bool {
	var buf [10]byte
	d := digits(value, buf[:0])
	if len(d) != 10 || same(d) {
		return false
	}
	check := weighted(d, -1, 5, 7, 9, 4, 6, 10, 5, 7) % 11
	return (check+11)%11%10 == int(d[9])
}
