package validate

// orgnr accepts a Swedish organisation number: ten digits with a Luhn check
// digit, the third at least 2 so that it is no date
// (https://sv.wikipedia.org/wiki/Organisationsnummer).
func orgnr(value string) bool {
	var buf [10]byte
	d := digits(value, buf[:0])
	return len(d) == 10 && d[0] != 0 && d[0] != 4 && d[2] >= 2 && !same(d) && luhnHolds(d)
}
