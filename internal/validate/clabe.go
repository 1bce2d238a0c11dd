package validate

// clabe accepts a Mexican CLABE: bank, branch and account in 17 digits and a check digit by weights
// 3, 7 and 1 (https://es.wikipedia.org/wiki/CLABE).
func clabe(value string) bool {
	var buf [18]byte
	d := digits(value, buf[:0])
	if len(d) != 18 || same(d) {
		return false
	}
	sum := 0
	for i, c := range d[:17] {
		sum += int(c) * [3]int{3, 7, 1}[i%3] % 10
	}
	return (10-sum%10)%10 == int(d[17])
}
