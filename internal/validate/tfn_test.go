package validate

import "testing"

func TestTfn(t *testing.T) {
	table(t, tfn,
		[]string{"256 252 626", "48027924"},
		[]string{"256 252 628", "48027922", "256 252 62", "256 252 6260", "", "111 111 111", "x256 252 626"})
}
