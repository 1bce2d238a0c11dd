package validate

import "testing"

func TestCyTIC(t *testing.T) {
	table(t, cyTIC,
		[]string{"07594147E", "17912314P"},
		[]string{"07594147Q", "17912314Q", "07594147", "07594147E0", "", "x07594147E"})
}
