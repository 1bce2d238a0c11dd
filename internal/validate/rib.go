package validate

// rib accepts a French RIB: bank, branch, account, whose letters count as digits, and a key that
// makes the weighted sum a multiple of 97 (https://fr.wikipedia.org/wiki/Cl%C3%A9_RIB).
func rib(value string) bool {
	var buf [23]byte
	b := compact(value, buf[:0])
	if !shape(b, "9999999999***********99") {
		return false
	}
	for i, c := range b {
		switch {
		case c >= 'S' && c <= 'Z':
			b[i] = c - 'S' + '2'
		case c >= 'J' && c <= 'R':
			b[i] = c - 'J' + '1'
		case c >= 'A' && c <= 'I':
			b[i] = c - 'A' + '1'
		}
	}
	return (89*ascii(b[:5])+15*ascii(b[5:10])+3*ascii(b[10:21])+ascii(b[21:]))%97 == 0 && ascii(b[:5]) != 0
}
