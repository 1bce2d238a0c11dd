package validate

import "testing"

func TestZaID(t *testing.T) {
	table(t, zaID,
		[]string{"6006177583060", "820305 7525 117"},
		[]string{"6006177583064", "820305 7525 112", "600617758306", "60061775830600", "", "1111111111111", "x6006177583060"})
}
