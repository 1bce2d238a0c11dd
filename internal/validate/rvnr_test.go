package validate

import "testing"

func TestRvnr(t *testing.T) {
	table(t, rvnr,
		[]string{"65100789L325", "12 170564 M 819"},
		[]string{"65100789L329", "12 170564 M 815", "65100789L32", "65100789L3250", "", "111111111111", "x65100789L325"})
}
