package validate

// nitGT accepts a Guatemalan tax number: up to eleven digits and a modulus 11 check that is K for
// 10 (https://portal.sat.gob.gt/).
func nitGT(value string) bool {
	var buf [12]byte
	b := compact(value, buf[:0])
	last := len(b) - 1
	if last < 5 {
		return false
	}
	sum := 0
	for i, c := range b[:last] {
		if !isDigit(c) {
			return false
		}
		sum += int(c-'0') * (last - i + 1)
	}
	return sum != 0 && b[last] == "0123456789K"[(11-sum%11)%11]
}
