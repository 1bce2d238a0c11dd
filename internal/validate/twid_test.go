package validate

import "testing"

func TestTwid(t *testing.T) {
	table(t, twid,
		[]string{"L198548684", "F296862643", "A123456789"},
		[]string{"L198548682", "F296862648", "A123456788", "1123456789"})
}
