package validate

import "testing"

func TestJmbg(t *testing.T) {
	table(t, jmbg,
		[]string{"2607964715393", "2411860500580"},
		[]string{"2607964715399", "2411860500581", "260796471539", "26079647153930", "", "1111111111111", "x2607964715393"})
}
