package validate

import "testing"

func TestPhone(t *testing.T) {
	table(t, phone,
		[]string{"+44 20 7946 0958", "+1 (415) 555-0132", "0049 30 901820"},
		[]string{"030 901820", "+1 115 555 0132", "+0000000000", "+999 1234567", "+44", "ring me"})
}
