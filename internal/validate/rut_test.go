package validate

import "testing"

func TestRut(t *testing.T) {
	table(t, rut,
		[]string{"12.290.421-0", "6349488-7"},
		[]string{"12.290.421-1", "6349488-9", "123456-7", "K2345678-9", "1234567890-1"})
}
