package validate

import "testing"

func TestCedulaDO(t *testing.T) {
	table(t, cedulaDO,
		[]string{"041-9435340-7", "41165123336"},
		[]string{"041-9435340-2", "41165123337", "041-9435340-", "041-9435340-70", "", "111-1111111-1", "x041-9435340-7"})
}
