package validate

// lnch accepts a Bulgarian personal number of a foreigner (ЛНЧ): ten digits, the last a weighted
// check modulo 10 (https://bg.wikipedia.org/wiki/Личен_номер_на_чужденец).
func lnch(value string) bool {
	var buf [10]byte
	d := digits(value, buf[:0])
	return len(d) == 10 && !same(d) && weighted(d, 21, 19, 17, 13, 11, 9, 7, 3, 1)%10 == int(d[9])
}
