package validate

import "testing"

func TestInn(t *testing.T) {
	table(t, inn,
		[]string{"241436942203", "0402195303"},
		[]string{"241436942207", "0402195307", "24143694220", "2414369422030", "", "111111111111", "x241436942203"})
}
