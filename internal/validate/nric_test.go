package validate

import "testing"

func TestNric(t *testing.T) {
	table(t, nric,
		[]string{"S0505695J", "G3488491P", "S1234567D", "F1234567N", "G1234567X"},
		[]string{"S0505695H", "G3488491B", "S1234567E", "A1234567D", "S123456D"})
}
