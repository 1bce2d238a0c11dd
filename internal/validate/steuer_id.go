package validate

// steuerID accepts a German Identifikationsnummer of a taxpayer: eleven digits,
// the first not 0; among the first ten exactly one digit occurs twice or three
// times (not three in a row) and no other twice; ISO/IEC 7064 MOD 11,10
// (https://www.bzst.de, Prüfziffer in https://de.wikipedia.org/wiki/Steuerliche_Identifikationsnummer).
func steuerID(value string) bool {
	var buf [11]byte
	d := digits(value, buf[:0])
	if len(d) != 11 || d[0] == 0 {
		return false
	}
	var count [10]int
	repeated := 0
	for i, c := range d[:10] {
		if count[c]++; count[c] == 2 {
			repeated++
		}
		if count[c] > 3 || i >= 2 && c == d[i-1] && c == d[i-2] {
			return false
		}
	}
	return repeated == 1 && mod1110(d)
}
