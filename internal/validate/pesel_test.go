package validate

import "testing"

func TestPesel(t *testing.T) {
	table(t, pesel,
		[]string{"85022457533", "661120 22815"},
		[]string{"85022457539", "661120 22813", "8502245753", "850224575330", "", "11111111111", "x85022457533"})
}
