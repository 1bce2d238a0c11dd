package validate

import "testing"

func TestItin(t *testing.T) {
	table(t, itin,
		[]string{"997-88-9655", "991702832"},
		[]string{"997-89-9655", "991002832", "912-66-1234", "812-70-1234", "912-70-12345"})
}
