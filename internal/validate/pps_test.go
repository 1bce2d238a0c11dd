package validate

import "testing"

func TestPps(t *testing.T) {
	table(t, pps,
		[]string{"6402220H", "8102268KH"},
		[]string{"6402220Y", "8102268KG", "6402220", "6402220H0", "", "11111111", "x6402220H"})
}
