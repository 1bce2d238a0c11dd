package validate

import "testing"

func TestAmka(t *testing.T) {
	table(t, amka,
		[]string{"11119124946", "100879 38931"},
		[]string{"11119124944", "100879 38936", "1111912494", "111191249460", "", "11111111111", "x11119124946"})
}
