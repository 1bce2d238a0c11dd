package validate

// adoazonosito accepts the tax number of a person in Hungary: ten digits that
// begin with 8, the last by weights 1 to 9 modulo 11
// (https://hu.wikipedia.org/wiki/Ad%C3%B3azonos%C3%ADt%C3%B3_jel).
func adoazonosito(value string) bool {
	var buf [10]byte
	d := digits(value, buf[:0])
	return len(d) == 10 && d[0] == 8 && weighted(d, 1, 2, 3, 4, 5, 6, 7, 8, 9)%11 == int(d[9])
}
