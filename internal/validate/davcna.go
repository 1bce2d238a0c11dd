package validate

// davcna accepts a Slovenian tax number: eight digits, the last a modulus 11 check
// (https://sl.wikipedia.org/wiki/Dav%C4%8Dna_%C5%A1tevilka).
func davcna(value string) bool {
	var buf [10]byte
	b := compact(value, buf[:0])
	if len(b) == 10 && b[0] == 'S' && b[1] == 'I' {
		b = b[2:]
	}
	if !shape(b, "99999999") || b[0] == '0' {
		return false
	}
	for i := range b {
		b[i] -= '0'
	}
	check := 11 - weighted(b, 8, 7, 6, 5, 4, 3, 2)%11
	return check < 11 && check%10 == int(b[7])
}
