package validate

import "testing"

func TestNino(t *testing.T) {
	table(t, nino,
		[]string{"CG328970B", "CT 68 12 10 B"},
		[]string{"CG328970M", "CT 68 12 10 K", "BG123456A", "QQ123456A", "AB123456E", "AO123456A", "AB12345C"})
}
