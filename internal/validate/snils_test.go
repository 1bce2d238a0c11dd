package validate

import "testing"

func TestSnils(t *testing.T) {
	table(t, snils,
		[]string{"105-800-550 16", "72814231281"},
		[]string{"105-800-550 19", "72814231282", "105-800-550 1", "105-800-550 160", "", "111-111-111 11", "x105-800-550 16"})
}
