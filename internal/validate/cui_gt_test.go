package validate

import "testing"

func TestCuiGT(t *testing.T) {
	table(t, cuiGT,
		[]string{"7954690390905", "7513510911108"},
		[]string{"7954690340905", "7513510961108", "795469039090", "79546903909050", "", "x7954690390905"})
}
