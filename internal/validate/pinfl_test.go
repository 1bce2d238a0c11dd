package validate

import "testing"

func TestPinfl(t *testing.T) {
	table(t, pinfl,
		[]string{"30603744868463", "50207606040428"},
		[]string{"30603744868468", "50207606040423", "3060374486846", "306037448684630", "", "x30603744868463"})
}
