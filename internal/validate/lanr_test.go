package validate

import "testing"

func TestLanr(t *testing.T) {
	table(t, lanr,
		[]string{"838941301", "813520434"},
		[]string{"838941101", "813520534", "83894130", "8389413010", "", "111111111", "x838941301"})
}
