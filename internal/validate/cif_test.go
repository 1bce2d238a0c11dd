package validate

import "testing"

func TestCif(t *testing.T) {
	table(t, cif,
		[]string{"A38283503", "Q-8971045C"},
		[]string{"A38283507", "Q-8971045S", "A3828350", "A382835030", "", "111111111", "xA38283503"})
}
