package validate

import "testing"

func TestAadhaar(t *testing.T) {
	table(t, aadhaar,
		[]string{"7517 6334 6542", "254857873545"},
		[]string{"7517 6334 6546", "254857873544", "7517 6334 654", "7517 6334 65420", "", "1111 1111 1111", "x7517 6334 6542"})
}
