package validate

import "testing"

func TestAbn(t *testing.T) {
	table(t, abn,
		[]string{"76 973 291 587", "13285015917"},
		[]string{"76 973 291 585", "13285015914", "76 973 291 58", "76 973 291 5870", "", "11 111 111 111", "x76 973 291 587"})
}
