package validate

import "testing"

func TestDui(t *testing.T) {
	table(t, dui,
		[]string{"34761825-3", "22257548-9"},
		[]string{"34761825-8", "22257548-4", "34761825-", "34761825-30", "", "x34761825-3"})
}
