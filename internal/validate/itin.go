package validate

// itin accepts a United States Individual Taxpayer Identification Number: it
// begins with 9, and digits four and five are 50 to 65, 70 to 88, 90 to 92 or
// 94 to 99 (https://www.irs.gov/irm/part3/irm_03-021-263r, Internal Revenue Manual 3.21.263).
func itin(value string) bool {
	var buf [9]byte
	d := digits(value, buf[:0])
	if len(d) != 9 || d[0] != 9 {
		return false
	}
	group := number(d[3:5])
	return group >= 50 && group <= 65 || group >= 70 && group <= 88 || group >= 90 && group <= 92 || group >= 94
}
