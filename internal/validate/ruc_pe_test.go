package validate

import "testing"

func TestRucPE(t *testing.T) {
	table(t, rucPE,
		[]string{"10201464027", "20351843064"},
		[]string{"10201464026", "20351843065", "1020146402", "102014640270", "", "11111111111", "x10201464027"})
}
