package validate

import "testing"

func TestAfm(t *testing.T) {
	table(t, afm,
		[]string{"033491519", "EL036434740"},
		[]string{"033491517", "EL036434746", "03349151", "0334915190", "", "111111111", "x033491519"})
}
