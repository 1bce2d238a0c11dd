package validate

import "testing"

func TestNif(t *testing.T) {
	table(t, nif,
		[]string{"92075093K", "W7035933F", "C41678541"},
		[]string{"92075093Z", "W7035933K", "C41678542", "92075093", "92075093K0", "", "111111111", "x92075093K"})
}
