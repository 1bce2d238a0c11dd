package validate

// utr accepts a United Kingdom Unique Taxpayer Reference: ten digits, the first
// a modulus 11 check of the rest
// (https://www.gov.uk/find-utr-number; https://www.oecd.org/tax/automatic-exchange/crs-implementation-and-assistance/tax-identification-numbers/).
func utr(value string) bool {
	var buf [10]byte
	d := digits(value, buf[:0])
	return len(d) == 10 && !same(d) && d[0] == "\x02\x01\x09\x08\x07\x06\x05\x04\x03\x02\x01"[weighted(d[1:], 6, 7, 8, 9, 10, 5, 4, 3, 2)%11]
}
