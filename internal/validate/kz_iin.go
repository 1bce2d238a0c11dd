package validate

// kzIIN accepts a Kazakh individual identification number: date of birth, century and sex, serial,
// and a modulus 11 check digit with a second round of weights
// (https://ru.wikipedia.org/wiki/Индивидуальный_идентификационный_номер).
func kzIIN(value string) bool {
	var buf [12]byte
	d := digits(value, buf[:0])
	if len(d) != 12 || d[6] < 1 || d[6] > 6 || !possibleDate(number(d[:2]), number(d[2:4]), number(d[4:6])) {
		return false
	}
	check := weighted(d, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11) % 11
	if check == 10 {
		check = weighted(d, 3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2) % 11
	}
	return check == int(d[11])
}
