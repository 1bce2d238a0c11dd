package validate

import "testing"

func TestNie(t *testing.T) {
	table(t, nie,
		[]string{"Z1932218Q", "Z-2230034-M"},
		[]string{"Z1932218E", "Z-2230034-F", "Z1932218", "Z1932218Q0", "", "111111111", "xZ1932218Q"})
}
