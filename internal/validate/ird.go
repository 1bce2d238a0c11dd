package validate

// ird accepts a New Zealand Inland Revenue number of eight or nine digits in
// the range given out, with a second round of weights where the first gives 10
// (https://www.ird.govt.nz, Resident withholding tax specification; https://en.wikipedia.org/wiki/IRD_number).
func ird(value string) bool {
	var buf [9]byte
	d := digits(value, buf[:0])
	if len(d) == 8 {
		d = buf[:9]
		copy(d[1:], buf[:8])
		d[0] = 0
	}
	if len(d) != 9 {
		return false
	}
	if n := number(d); n < 10_000_000 || n > 200_000_000 {
		return false
	}
	check := (11 - weighted(d, 3, 2, 7, 6, 5, 4, 3, 2)%11) % 11
	if check == 10 {
		check = (11 - weighted(d, 7, 4, 3, 2, 5, 2, 7, 6)%11) % 11
	}
	return check == int(d[8])
}
