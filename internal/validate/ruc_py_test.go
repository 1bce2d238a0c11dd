package validate

import "testing"

func TestRucPY(t *testing.T) {
	table(t, rucPY,
		[]string{"12041817-7", "88183645-1"},
		[]string{"12041817-2", "88183645-6", "12041817-", "12041817-70", "", "x12041817-7"})
}
