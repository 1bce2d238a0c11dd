package validate

// plID accepts the number of a Polish identity card: three letters, a check digit by weights 7, 3
// and 1, five digits (https://pl.wikipedia.org/wiki/Dow%C3%B3d_osobisty_w_Polsce).
func plID(value string) bool {
	var buf [9]byte
	b := compact(value, buf[:0])
	if !shape(b, "AAA999999") {
		return false
	}
	sum := 0
	for i, c := range b {
		v := int(c - '0')
		if i < 3 {
			v = int(c-'A') + 10
		}
		sum += v * [9]int{7, 3, 1, 9, 7, 3, 1, 7, 3}[i]
	}
	return sum%10 == 0
}
