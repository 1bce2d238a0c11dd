package validate

// nric accepts a Singaporean identity number, of citizens (S, T) and foreigners
// (F, G, M): seven digits and a check letter by modulus 11
// (https://en.wikipedia.org/wiki/National_Registration_Identity_Card#Structure_of_the_NRIC_number/FIN).
func nric(value string) bool {
	var buf [9]byte
	b := compact(value, buf[:0])
	if !shape(b, "A9999999A") {
		return false
	}
	sum := 0
	for i, w := range [7]int{2, 7, 6, 5, 4, 3, 2} {
		sum += int(b[1+i]-'0') * w
	}
	switch b[0] {
	case 'S':
		return b[8] == "JZIHGFEDCBA"[sum%11]
	case 'T':
		return b[8] == "JZIHGFEDCBA"[(sum+4)%11]
	case 'F':
		return b[8] == "XWUTRQPNMLK"[sum%11]
	case 'G':
		return b[8] == "XWUTRQPNMLK"[(sum+4)%11]
	case 'M':
		return b[8] == "XWUTRQPNJLK"[(sum+3)%11]
	}
	return false
}
