package validate

import "testing"

func TestKrBRN(t *testing.T) {
	table(t, krBRN,
		[]string{"165-85-65613", "2938735311"},
		[]string{"165-85-65617", "2938735319", "165-85-6561", "165-85-656130", "", "111-11-11111", "x165-85-65613"})
}
