package validate

import "testing"

func TestAcn(t *testing.T) {
	table(t, acn,
		[]string{"280 192 412", "945742272"},
		[]string{"280 192 414", "945742273", "280 192 41", "280 192 4120", "", "111 111 111", "x280 192 412"})
}
