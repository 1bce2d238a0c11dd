package validate

import "testing"

func TestUstID(t *testing.T) {
	table(t, ustID,
		[]string{"DE395011514", "DE 947 575 608"},
		[]string{"DE395011512", "DE 947 575 603", "DE39501151", "DE3950115140", "", "11111111111", "xDE395011514"})
}
