package validate

import "testing"

func TestPhoneNumber(t *testing.T) {
	table(t, phoneNumber,
		[]string{"030 901820", "(415) 555-0132 x417", "+81-90-1234-5678", "415.555.0132 ext. 7"},
		[]string{"12345", "1234567890123456", "555-CALL", "", "x417"})
}
