package validate

import "testing"

func TestAba(t *testing.T) {
	table(t, aba,
		[]string{"021437568", "3222-5461-5"},
		[]string{"021437563", "3222-5461-9", "000000000", "501999993", "02143756"})
}
