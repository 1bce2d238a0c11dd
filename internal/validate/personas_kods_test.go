package validate

import "testing"

func TestPersonasKods(t *testing.T) {
	table(t, personasKods,
		[]string{"271164-12884", "19086814312"},
		[]string{"271164-12883", "19086814318", "400190-19999", "310290-11111", "120590-5", "12059011111x"})
}
