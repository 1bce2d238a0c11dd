package validate

import "testing"

func TestPan(t *testing.T) {
	table(t, pan,
		[]string{"EFTPJ9313M", "IQKCL1246T"},
		[]string{"EFTYJ9313M", "IQKWL1246T", "AAAXA1234A", "AAAPA0000A", "AAAPA123A"})
}
