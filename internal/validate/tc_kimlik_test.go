package validate

import "testing"

func TestTcKimlik(t *testing.T) {
	table(t, tcKimlik,
		[]string{"44293078186", "245 181 744 28"},
		[]string{"44293078188", "245 181 744 22", "4429307818", "442930781860", "", "11111111111", "x44293078186"})
}
