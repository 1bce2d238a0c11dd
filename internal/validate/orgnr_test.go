package validate

import "testing"

func TestOrgnr(t *testing.T) {
	table(t, orgnr,
		[]string{"555888-0919", "5575310643"},
		[]string{"555888-0910", "5575310645", "555888-091", "555888-09190", "", "111111-1111", "x555888-0919"})
}
