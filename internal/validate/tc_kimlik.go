package validate

// tcKimlik accepts a Turkish identity number: eleven digits, the first not 0,
// the last two check digits
// (https://en.wikipedia.org/wiki/Turkish_Identification_Number).
func tcKimlik(value string) bool {
	var buf [11]byte
	d := digits(value, buf[:0])
	if len(d) != 11 || d[0] == 0 {
		return false
	}
	tenth := weighted(d, 7, -1, 7, -1, 7, -1, 7, -1, 7) % 10
	return (tenth+10)%10 == int(d[9]) && weighted(d, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)%10 == int(d[10])
}
