package validate

import "testing"

func TestTaj(t *testing.T) {
	table(t, taj,
		[]string{"525 285 825", "355819063"},
		[]string{"525 285 827", "355819069", "525 285 82", "525 285 8250", "", "111 111 111", "x525 285 825"})
}
