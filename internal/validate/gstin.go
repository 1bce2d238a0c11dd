package validate

// gstin accepts an Indian GST number: state code, PAN, entity, Z, and a check
// character by Luhn's scheme in base 36
// (https://en.wikipedia.org/wiki/Goods_and_Services_Tax_(India)#GSTIN).
func gstin(value string) bool {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	var buf [15]byte
	b := compact(value, buf[:0])
	if !shape(b, "99AAAAA9999A***") || b[13] != 'Z' {
		return false
	}
	if state := ascii(b[:2]); state == 0 || state > 38 && state < 97 {
		return false
	}
	sum := 0
	for i, c := range b[:14] {
		v := indexByte(alphabet, c) * (1 + i%2)
		sum += v/36 + v%36
	}
	return b[14] == alphabet[(36-sum%36)%36]
}
