package validate

import "testing"

func TestDavcna(t *testing.T) {
	table(t, davcna,
		[]string{"14287897", "66690285"},
		[]string{"14287892", "66690280", "1428789", "142878970", "", "x14287897"})
}
