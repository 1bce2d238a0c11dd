package validate

import "testing"

func TestNip(t *testing.T) {
	table(t, nip,
		[]string{"4767825651", "798-650-56-00"},
		[]string{"4767825653", "798-650-56-02", "476782565", "47678256510", "", "1111111111", "x4767825651"})
}
