package validate

// nhs accepts an NHS number of England, Wales and the Isle of Man: ten digits,
// the last a modulus 11 check
// (https://www.datadictionary.nhs.uk/attributes/nhs_number.html).
func nhs(value string) bool {
	var buf [10]byte
	d := digits(value, buf[:0])
	return len(d) == 10 && !same(d) && int(d[9]) == (11-weighted(d, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11)%11
}
