package validate

import "testing"

func TestCuit(t *testing.T) {
	table(t, cuit,
		[]string{"20-62301339-2", "27286670029"},
		[]string{"20-62301339-0", "27286670020", "20-62301339-", "20-62301339-20", "", "11-11111111-1", "x20-62301339-2"})
}
