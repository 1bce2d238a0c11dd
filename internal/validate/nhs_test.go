package validate

import "testing"

func TestNhs(t *testing.T) {
	table(t, nhs,
		[]string{"422 142 6314", "6767090239"},
		[]string{"422 142 6315", "6767090231", "422 142 631", "422 142 63140", "", "111 111 1111", "x422 142 6314"})
}
