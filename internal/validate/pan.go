package validate

// pan accepts an Indian Permanent Account Number: five letters, the fourth the
// kind of holder, four digits that aren't all 0, a letter whose scheme is not published
// (https://incometaxindia.gov.in; https://en.wikipedia.org/wiki/Permanent_account_number).
func pan(value string) bool {
	var buf [10]byte
	b := compact(value, buf[:0])
	return shape(b, "AAAAA9999A") && indexByte("ABCEFGHJKLPT", b[3]) >= 0 && ascii(b[5:9]) != 0
}
