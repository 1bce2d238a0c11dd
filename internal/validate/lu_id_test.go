package validate

import "testing"

func TestLuID(t *testing.T) {
	table(t, luID,
		[]string{"1962040199278", "19640422 42360"},
		[]string{"1962040199270", "19640422 42363", "196204019927", "19620401992780", "", "1111111111111", "x1962040199278"})
}
