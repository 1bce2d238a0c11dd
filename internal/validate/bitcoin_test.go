package validate

import "testing"

func TestBitcoin(t *testing.T) {
	table(t, bitcoin,
		[]string{"1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "17LQj6xKe9pzouP97ARTAo99yTC5APEpbA", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"},
		[]string{"1BoatSLRHtKNngkdXEeobR76b53LETtpyU", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", "bc1Qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "bc1", "1a79a4d60de6718e8e5b326e338ae533"})
}
