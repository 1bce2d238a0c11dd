package validate

import "testing"

func TestIrID(t *testing.T) {
	table(t, irID,
		[]string{"5059196070", "6163925475"},
		[]string{"5059196075", "6163925470", "505919607", "50591960700", "", "x5059196070"})
}
