package validate

import "testing"

func TestKvnr(t *testing.T) {
	table(t, kvnr,
		[]string{"E984530423", "M703146513", "A123456780"},
		[]string{"E984530424", "M703146518", "A123456781", "1234567890"})
}
