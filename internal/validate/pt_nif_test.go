package validate

import "testing"

func TestPtNIF(t *testing.T) {
	table(t, ptNIF,
		[]string{"269848479", "266 317 405"},
		[]string{"269848478", "266 317 406", "26984847", "2698484790", "", "111111111", "x269848479"})
}
