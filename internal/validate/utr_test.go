package validate

import "testing"

func TestUtr(t *testing.T) {
	table(t, utr,
		[]string{"5793189351", "14825 09658"},
		[]string{"5793189358", "14825 09652", "579318935", "57931893510", "", "1111111111", "x5793189351"})
}
