package validate

import "testing"

func TestOib(t *testing.T) {
	table(t, oib,
		[]string{"71663609714"},
		[]string{"71663609719", "7166360971", "716636097140", "", "11111111111", "x71663609714"})
}
