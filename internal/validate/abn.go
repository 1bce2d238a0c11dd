package validate

// abn accepts an Australian Business Number: eleven digits whose weighted sum,
// after one is taken from the first, is a multiple of 89
// (https://abr.business.gov.au/Help/AbnFormat).
func abn(value string) bool {
	var buf [11]byte
	d := digits(value, buf[:0])
	return len(d) == 11 && d[0] != 0 && (weighted(d, 10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)-10)%89 == 0
}
