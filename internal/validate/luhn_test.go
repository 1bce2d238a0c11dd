package validate

import "testing"

func TestLuhn(t *testing.T) {
	table(t, luhn,
		[]string{"84106756", "3635-1864", "79927398713"},
		[]string{"84106754", "3635-1862", "79927398710", "0000000000", "7", "79927398713x"})
}
