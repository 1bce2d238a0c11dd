package validate

import "testing"

func TestKrRRN(t *testing.T) {
	table(t, krRRN,
		[]string{"680218-1242561", "8109242511860", "201105-3123456", "880412-5123457", "880412-5123456"},
		[]string{"680218-1242560", "8109242511862", "201305-3123456"})
}
