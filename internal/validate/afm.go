package validate

// afm accepts a Greek tax number (ΑΦΜ), with or without EL before it: nine
// digits, powers of two as weights, modulus 11
// (https://el.wikipedia.org/wiki/%CE%91%CF%81%CE%B9%CE%B8%CE%BC%CF%8C%CF%82_%CE%A6%CE%BF%CF%81%CE%BF%CE%BB%CE%BF%CE%B3%CE%B9%CE%BA%CE%BF%CF%8D_%CE%9C%CE%B7%CF%84%CF%81%CF%8E%CE%BF%CF%85).
func afm(value string) bool {
	var buf [11]byte
	b := compact(value, buf[:0])
	if len(b) == 11 && (b[0] == 'E' && b[1] == 'L' || b[0] == 'G' && b[1] == 'R') {
		b = b[2:]
	}
	if !shape(b, "999999999") {
		return false
	}
	for i := range b {
		b[i] -= '0'
	}
	return !same(b) && weighted(b, 256, 128, 64, 32, 16, 8, 4, 2)%11%10 == int(b[8])
}
