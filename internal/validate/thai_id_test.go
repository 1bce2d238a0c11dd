package validate

import "testing"

func TestThaiID(t *testing.T) {
	table(t, thaiID,
		[]string{"1165443680096", "3-2424-40405-42-9"},
		[]string{"1165443680090", "3-2424-40405-42-7", "116544368009", "11654436800960", "", "1111111111111", "x1165443680096", "1984443680096"})
}
