package validate

import "testing"

func TestSvnr(t *testing.T) {
	table(t, svnr,
		[]string{"9899140394", "9254 161294"},
		[]string{"9899140399", "9254 161299", "1234320190", "0237010180", "1237991380", "123701018"})
}
