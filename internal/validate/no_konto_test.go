package validate

import "testing"

func TestNoKonto(t *testing.T) {
	table(t, noKonto,
		[]string{"91736310002", "29290879351"},
		[]string{"91736310007", "29290879356", "9173631000", "917363100020", "", "x91736310002"})
}
