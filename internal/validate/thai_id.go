package validate

// thaiID accepts a Thai national identity number: thirteen digits, the first 1
// to 8, then a province of ISO 3166-2:TH, the last a modulus 11 check
// (https://en.wikipedia.org/wiki/Thai_identity_card#Identification_number).
func thaiID(value string) bool {
	var buf [13]byte
	d := digits(value, buf[:0])
	return len(d) == 13 && d[0] >= 1 && d[0] <= 8 && d[1] >= 1 && number(d[1:3]) <= 96 &&
		(11-weighted(d, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11)%10 == int(d[12])
}
