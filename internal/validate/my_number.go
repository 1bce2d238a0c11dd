package validate

// myNumber accepts a Japanese Individual Number (My Number): twelve digits, the
// last a modulus 11 check (Ordinance of the Ministry of Internal Affairs and Communications no. 85 of 2014, article 5;
// https://ja.wikipedia.org/wiki/個人番号).
func myNumber(value string) bool {
	var buf [12]byte
	d := digits(value, buf[:0])
	if len(d) != 12 || same(d) {
		return false
	}
	check := 11 - weighted(d, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11
	if check >= 10 {
		check = 0
	}
	return check == int(d[11])
}
