package validate

// snils accepts a Russian pension insurance number (СНИЛС): nine digits and two
// of a sum modulo 101 (https://ru.wikipedia.org/wiki/Страховой_номер_индивидуального_лицевого_счёта).
func snils(value string) bool {
	var buf [11]byte
	d := digits(value, buf[:0])
	return len(d) == 11 && !same(d) && weighted(d, 9, 8, 7, 6, 5, 4, 3, 2, 1)%101%100 == number(d[9:])
}
