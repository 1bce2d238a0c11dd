package validate

import "testing"

func TestBeRRN(t *testing.T) {
	table(t, beRRN,
		[]string{"60061003396", "83.10.08-406.03"},
		[]string{"60061003394", "83.10.08-406.07", "6006100339", "600610033960", "", "11111111111", "x60061003396"})
}
