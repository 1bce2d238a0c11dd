package validate

import "testing"

func TestTz(t *testing.T) {
	table(t, tz,
		[]string{"081137622", "41777824-8"},
		[]string{"081137627", "41777824-3", "08113762", "0811376220", "", "111111111", "x081137622"})
}
