package validate

import "testing"

func TestRodneCislo(t *testing.T) {
	table(t, rodneCislo,
		[]string{"950627/8672", "9003252038", "612345670"},
		[]string{"950627/8670", "9003252032", "612345677", "996231/1234", "9913411234", "54010112", "9901x11234"})
}
