package validate

import "testing"

func TestSin(t *testing.T) {
	table(t, sin,
		[]string{"173-647-900", "295 941 058"},
		[]string{"173-647-907", "295 941 057", "046 454 286", "812345674", "046454", "000000000"})
}
