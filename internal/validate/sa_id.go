package validate

// saID accepts a Saudi identity or residence number: ten digits that begin with 1 or 2, with Luhn's
// check digit (https://ar.wikipedia.org/wiki/رقم_الهوية_الوطنية_(السعودية)).
func saID(value string) bool {
	var buf [10]byte
	d := digits(value, buf[:0])
	return len(d) == 10 && (d[0] == 1 || d[0] == 2) && !same(d) && luhnHolds(d)
}
