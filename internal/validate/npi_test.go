package validate

import "testing"

func TestNpi(t *testing.T) {
	table(t, npi,
		[]string{"1288177821", "2144239003", "1234567893"},
		[]string{"1288177829", "2144239007", "1234567890", "3234567893", "123456789"})
}
