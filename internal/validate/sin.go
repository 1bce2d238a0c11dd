package validate

// sin accepts a Canadian Social Insurance Number: nine digits with a Luhn check
// digit, the first neither 0 (fictitious) nor 8 (business accounts)
// (https://www.canada.ca/en/employment-social-development/services/sin.html, key in
// https://en.wikipedia.org/wiki/Social_Insurance_Number#Validation).
func sin(value string) bool {
	var buf [9]byte
	d := digits(value, buf[:0])
	return len(d) == 9 && d[0] != 0 && d[0] != 8 && !same(d) && luhnHolds(d)
}
