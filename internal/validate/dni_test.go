package validate

import "testing"

func TestDni(t *testing.T) {
	table(t, dni,
		[]string{"91963512J", "50.000.273-K"},
		[]string{"91963512X", "50.000.273-V", "91963512", "91963512J0", "", "111111111", "x91963512J"})
}
