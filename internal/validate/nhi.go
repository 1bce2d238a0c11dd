package validate

// nhi accepts a New Zealand National Health Index number of the first form: three letters without I
// and O, three digits, a modulus 11 check
// (https://www.tewhatuora.govt.nz/health-services-and-programmes/health-identity/national-health-index/).
func nhi(value string) bool {
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
	var buf [7]byte
	b := compact(value, buf[:0])
	if !shape(b, "AAA9999") {
		return false
	}
	sum := 0
	for i, c := range b[:6] {
		v := int(c - '0')
		if i < 3 {
			if v = indexByte(letters, c) + 1; v == 0 {
				return false
			}
		}
		sum += v * (7 - i)
	}
	return sum%11 != 0 && (11-sum%11)%10 == int(b[6]-'0')
}
