package validate

// tfn accepts an Australian Tax File Number of eight or nine digits whose
// weighted sum is a multiple of 11
// (https://en.wikipedia.org/wiki/Tax_file_number#Check_digit).
func tfn(value string) bool {
	var buf [9]byte
	d := digits(value, buf[:0])
	switch len(d) {
	case 8:
		return !same(d) && weighted(d, 10, 7, 8, 4, 6, 3, 5, 1)%11 == 0
	case 9:
		return !same(d) && weighted(d, 1, 4, 3, 7, 5, 8, 6, 9, 10)%11 == 0
	}
	return false
}
