package validate

// aeID accepts an Emirates identity number: 784, year of birth, seven digits and Luhn's check digit
// (https://en.wikipedia.org/wiki/Emirates_Identity_Authority).
func aeID(value string) bool {
	var buf [15]byte
	d := digits(value, buf[:0])
	if len(d) != 15 || number(d[:3]) != 784 {
		return false
	}
	year := number(d[3:7])
	return year >= 1850 && year <= 2100 && luhnHolds(d)
}
