package validate

// npwp accepts an Indonesian taxpayer number of 15 digits: nine with Luhn's check digit, office and
// branch (https://id.wikipedia.org/wiki/Nomor_Pokok_Wajib_Pajak).
func npwp(value string) bool {
	var buf [15]byte
	d := digits(value, buf[:0])
	return len(d) == 15 && !same(d[:9]) && luhnHolds(d[:9])
}
