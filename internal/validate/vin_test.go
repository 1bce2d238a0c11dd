package validate

import "testing"

func TestVin(t *testing.T) {
	table(t, vin,
		[]string{"1HGNR67222S660071", "1HGCM82633A004352"},
		[]string{"1HGNR67222S660076", "1HGCM82633A004353", "1HGCM82633A00435", "IHGCM82633A004352", "11111111111111111"})
}
