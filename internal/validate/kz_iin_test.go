package validate

import "testing"

func TestKzIIN(t *testing.T) {
	table(t, kzIIN,
		[]string{"810928592059", "550901551188"},
		[]string{"810928592054", "550901551183", "81092859205", "8109285920590", "", "x810928592059"})
}
