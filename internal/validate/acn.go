package validate

// acn accepts an Australian Company Number: nine digits, the last by weights 8
// to 1 modulo 10 (https://asic.gov.au/for-business/registering-a-company/steps-to-register-a-company/australian-company-numbers/australian-company-number-digit-check/).
func acn(value string) bool {
	var buf [9]byte
	d := digits(value, buf[:0])
	return len(d) == 9 && !same(d) && (10-weighted(d, 8, 7, 6, 5, 4, 3, 2, 1)%10)%10 == int(d[8])
}
