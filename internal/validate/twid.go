package validate

// twid accepts a Taiwanese identity number, of nationals (1, 2) or residents (8,
// 9, or A to D till 2020): a letter of the place, which counts as two digits,
// and nine more with a modulus 10 check
// (https://en.wikipedia.org/wiki/National_identification_card_(Taiwan)#National_identification_number).
func twid(value string) bool {
	const places = "ABCDEFGHJKLMNPQRSTUVXYWZIO" // 10 to 35
	var buf [10]byte
	b := compact(value, buf[:0])
	if !shape(b, "A*99999999") {
		return false
	}
	place := indexByte(places, b[0]) + 10
	sum := place/10 + place%10*9
	switch c := b[1]; c {
	case '1', '2', '8', '9':
		sum += int(c-'0') * 8
	case 'A', 'B', 'C', 'D':
		sum += (indexByte(places, c) + 10) % 10 * 8
	default:
		return false
	}
	for i, w := range [8]int{7, 6, 5, 4, 3, 2, 1, 1} {
		sum += int(b[2+i]-'0') * w
	}
	return sum%10 == 0
}
