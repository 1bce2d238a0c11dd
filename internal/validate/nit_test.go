package validate

import "testing"

func TestNit(t *testing.T) {
	table(t, nit,
		[]string{"344.385.330-6", "7575759348"},
		[]string{"344.385.330-1", "7575759340", "344.385.330-", "344.385.330-60", "", "111.111.111-1", "x344.385.330-6"})
}
