package validate

import "testing"

func TestRegon(t *testing.T) {
	table(t, regon,
		[]string{"888174962", "068-270-962"},
		[]string{"888174964", "068-270-963", "88817496", "8881749620", "", "111111111", "x888174962"})
}
