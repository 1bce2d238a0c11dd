package validate

import "testing"

func TestCodiceFiscale(t *testing.T) {
	table(t, codiceFiscale,
		[]string{"WDOSRU83T55M537Z"},
		[]string{"WDOSRU83T55M537X", "WDOSRU83T55M537", "WDOSRU83T55M537Z0", "", "1111111111111111", "xWDOSRU83T55M537Z"})
}
