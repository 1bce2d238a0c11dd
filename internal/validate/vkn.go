package validate

// vkn accepts a Turkish tax number: ten digits, the last a check over powers of two modulo 9
// (https://tr.wikipedia.org/wiki/Vergi_kimlik_numaras%C4%B1).
func vkn(value string) bool {
	var buf [10]byte
	d := digits(value, buf[:0])
	if len(d) != 10 || same(d) {
		return false
	}
	sum := 0
	for i, c := range d[:9] {
		t := (int(c) + 9 - i) % 10
		if v := t << (9 - i) % 9; t != 0 && v == 0 {
			sum += 9
		} else {
			sum += v
		}
	}
	return (10-sum%10)%10 == int(d[9])
}
