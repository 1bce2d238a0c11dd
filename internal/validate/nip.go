package validate

// nip accepts a Polish tax number (Numer Identyfikacji Podatkowej), with or
// without PL before it: ten digits, the last a modulus 11 check that is never 10
// (https://pl.wikipedia.org/wiki/Numer_identyfikacji_podatkowej).
func nip(value string) bool {
	var buf [12]byte
	b := compact(value, buf[:0])
	if len(b) == 12 && b[0] == 'P' && b[1] == 'L' {
		b = b[2:]
	}
	if !shape(b, "9999999999") {
		return false
	}
	for i := range b {
		b[i] -= '0'
	}
	return !same(b) && weighted(b, 6, 5, 7, 2, 3, 4, 5, 6, 7)%11 == int(b[9])
}
