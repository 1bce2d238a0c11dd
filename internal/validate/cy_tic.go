package validate

// cyTIC accepts a Cypriot tax identification code: eight digits, every other one mapped, and a
// letter modulo 26 (https://en.wikipedia.org/wiki/VAT_identification_number).
func cyTIC(value string) bool {
	var buf [11]byte
	b := compact(value, buf[:0])
	if len(b) == 11 && b[0] == 'C' && b[1] == 'Y' {
		b = b[2:]
	}
	if !shape(b, "99999999A") || b[0] == '1' && b[1] == '2' {
		return false
	}
	sum := 0
	for i, c := range b[:8] {
		v := int(c - '0')
		if i%2 == 0 {
			v = [10]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21}[v]
		}
		sum += v
	}
	return int(b[8]-'A') == sum%26
}
