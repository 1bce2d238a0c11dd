package validate

import "testing"

func TestMedicare(t *testing.T) {
	table(t, medicare,
		[]string{"2483 28979 1", "27268150711"},
		[]string{"2483 28978 1", "27268150011", "1999999991", "29999999", "29999999911x"})
}
