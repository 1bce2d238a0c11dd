package validate

// ico accepts a Czech or Slovak organisation number (IČO): eight digits, the last a modulus 11
// check (https://cs.wikipedia.org/wiki/Identifika%C4%8Dn%C3%AD_%C4%8D%C3%ADslo_osoby).
func ico(value string) bool {
	var buf [10]byte
	b := compact(value, buf[:0])
	if len(b) == 10 && (b[0] == 'C' && b[1] == 'Z' || b[0] == 'S' && b[1] == 'K') {
		b = b[2:]
	}
	if !shape(b, "99999999") {
		return false
	}
	for i := range b {
		b[i] -= '0'
	}
	return !same(b) && (11-weighted(b, 8, 7, 6, 5, 4, 3, 2)%11)%10 == int(b[7])
}
