package validate

// ssn accepts a United States Social Security number that can have been issued:
// area not 000, 666 or 9xx, group not 00, serial not 0000
// (https://www.ssa.gov/employer/randomization.html), and none of those that
// were printed in advertisements (https://www.ssa.gov/history/ssn/misused.html)
// or counted on the keyboard. A value that begins with a separator is the tail of
// something longer, and refused.
func ssn(value string) bool {
	var buf [9]byte
	d := digits(value, buf[:0])
	if len(d) != 9 || same(d) || !isDigit(value[0]) {
		return false
	}
	area, group, serial := number(d[:3]), number(d[3:5]), number(d[5:])
	switch number(d) {
	case 78051120, 219099999, 457555462, 123456789:
		return false
	}
	return area != 0 && area != 666 && area < 900 && group != 0 && serial != 0
}
