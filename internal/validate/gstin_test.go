package validate

import "testing"

func TestGstin(t *testing.T) {
	table(t, gstin,
		[]string{"27UQEPZ0593U1Z2", "07IORCW6909M1ZD", "27AAPFU0939F1ZV"},
		[]string{"27UQEPZ0593U1Z6", "07IORCW6909M1ZB", "27AAPFU0939F1ZW", "00AAPFU0939F1ZV", "55AAPFU0939F1ZV"})
}
