package validate

import "testing"

func TestAdoazonosito(t *testing.T) {
	table(t, adoazonosito,
		[]string{"8247151421"},
		[]string{"8247151422", "824715142", "82471514210", "", "1111111111", "x8247151421"})
}
