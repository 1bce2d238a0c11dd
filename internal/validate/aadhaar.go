package validate

// verhoeffPermute and verhoeffMultiply are the tables of J. Verhoeff, Error
// Detecting Decimal Codes, 1969: a permutation by place, and the dihedral group D5.
var (
	verhoeffPermute = [8][10]byte{
		{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4}, {5, 8, 0, 3, 7, 9, 6, 1, 4, 2}, {8, 9, 1, 6, 0, 4, 3, 5, 2, 7},
		{9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1}, {2, 7, 9, 3, 8, 0, 6, 4, 1, 5}, {7, 0, 4, 6, 9, 1, 3, 2, 5, 8},
	}
	verhoeffMultiply = [10][10]byte{
		{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 0, 6, 7, 8, 9, 5}, {2, 3, 4, 0, 1, 7, 8, 9, 5, 6}, {3, 4, 0, 1, 2, 8, 9, 5, 6, 7},
		{4, 0, 1, 2, 3, 9, 5, 6, 7, 8}, {5, 9, 8, 7, 6, 0, 4, 3, 2, 1}, {6, 5, 9, 8, 7, 1, 0, 4, 3, 2}, {7, 6, 5, 9, 8, 2, 1, 0, 4, 3},
		{8, 7, 6, 5, 9, 3, 2, 1, 0, 4}, {9, 8, 7, 6, 5, 4, 3, 2, 1, 0},
	}
)

// aadhaar accepts an Indian Aadhaar number: twelve digits, the first 2 to 9, no
// palindrome, Verhoeff's check (https://uidai.gov.in; https://en.wikipedia.org/wiki/Aadhaar,
// https://en.wikipedia.org/wiki/Verhoeff_algorithm).
func aadhaar(value string) bool {
	var buf [12]byte
	d := digits(value, buf[:0])
	if len(d) != 12 || d[0] < 2 {
		return false
	}
	palindrome := true
	c := byte(0)
	for i := range d {
		palindrome = palindrome && d[i] == d[11-i]
		c = verhoeffMultiply[c][verhoeffPermute[i%8][d[11-i]]]
	}
	return c == 0 && !palindrome
}
