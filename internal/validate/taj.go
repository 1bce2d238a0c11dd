package validate

// taj accepts a Hungarian social security number (TAJ szám): nine digits, the
// last by weights 3 and 7 modulo 10 (https://hu.wikipedia.org/wiki/T%C3%A1rsadalombiztos%C3%ADt%C3%A1si_azonos%C3%ADt%C3%B3_jel).
func taj(value string) bool {
	var buf [9]byte
	d := digits(value, buf[:0])
	return len(d) == 9 && !same(d) && weighted(d, 3, 7, 3, 7, 3, 7, 3, 7)%10 == int(d[8])
}
