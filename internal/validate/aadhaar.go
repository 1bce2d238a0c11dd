package validate

// aadhaar accepts an Indian Aadhaar number: twelve digits, the first 2 to 9, no
// palindrome, Verhoeff's check (https://uidai.gov.in; https://en.wikipedia.org/wiki/Aadhaar).
func aadhaar(value string) bool {
	var buf [12]byte
	d := digits(value, buf[:0])
	if len(d) != 12 || d[0] < 2 {
		return false
	}
	for i := range 6 {
		if d[i] != d[11-i] {
			return verhoeffHolds(d)
		}
	}
	return false
}
