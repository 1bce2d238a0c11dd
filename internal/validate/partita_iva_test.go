package validate

import "testing"

func TestPartitaIVA(t *testing.T) {
	table(t, partitaIVA,
		[]string{"50535320159", "IT60532840588"},
		[]string{"50535320155", "IT60532840587", "5053532015", "505353201590", "", "11111111111", "x50535320159"})
}
