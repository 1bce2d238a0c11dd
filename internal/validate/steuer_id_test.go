package validate

import "testing"

func TestSteuerID(t *testing.T) {
	table(t, steuerID,
		[]string{"64026739581", "50 218 733 691", "86 095 742 719"},
		[]string{"64026739583", "50 218 733 696", "86095742710", "06095742719", "12345678901", "11111111111"})
}
