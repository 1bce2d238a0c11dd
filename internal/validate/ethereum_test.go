package validate

import "testing"

func TestEthereum(t *testing.T) {
	table(t, ethereum,
		[]string{"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xf26b23f62869ea32968c0a8a8e5449e0444c86ad"},
		[]string{"0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x0000000000000000000000000000000000000000", "f26b23f62869ea32968c0a8a8e5449e0444c86ad", "0xf26b23f62869ea32968c0a8a8e5449e0444c86ag"})
}
