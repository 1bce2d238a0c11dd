package validate

import "testing"

func TestNitGT(t *testing.T) {
	table(t, nitGT,
		[]string{"42009587-K", "58799762-1"},
		[]string{"42009587-Q", "58799762-6", "42009587-", "42009587-K0", "", "x42009587-K"})
}
