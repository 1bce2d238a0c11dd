package validate

import "testing"

func TestCedulaEC(t *testing.T) {
	table(t, cedulaEC,
		[]string{"1736698190", "065502010-5"},
		[]string{"1736698191", "065502010-2", "173669819", "17366981900", "", "1111111111", "x1736698190"})
}
