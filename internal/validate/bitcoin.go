package validate

import (
	"crypto/sha256"
	"math/big"
	"strings"
)

// bitcoin accepts an address of the main or test network: Base58Check with a
// version byte of a key or script hash (https://en.bitcoin.it/wiki/Base58Check_encoding), or
// Bech32 and Bech32m with a witness program (BIP 173, BIP 350).
func bitcoin(value string) bool {
	lower := strings.ToLower(value)
	if strings.HasPrefix(lower, "bc1") || strings.HasPrefix(lower, "tb1") {
		return (value == lower || value == strings.ToUpper(value)) && segwit(lower)
	}
	const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	if len(value) < 26 || len(value) > 35 || indexByte("13mn2", value[0]) < 0 {
		return false
	}
	var n, base, digit big.Int
	base.SetInt64(58)
	for i := 0; i < len(value); i++ {
		v := indexByte(alphabet, value[i])
		if v < 0 {
			return false
		}
		n.Mul(&n, &base).Add(&n, digit.SetInt64(int64(v)))
	}
	if n.BitLen() > 25*8 {
		return false
	}
	var raw [25]byte
	n.FillBytes(raw[:])
	switch raw[0] {
	case 0x00, 0x05, 0x6F, 0xC4:
	default:
		return false
	}
	once := sha256.Sum256(raw[:21])
	twice := sha256.Sum256(once[:])
	return string(twice[:4]) == string(raw[21:])
}

// segwit checks a lower-case address of the form hrp 1 version program checksum.
func segwit(s string) bool {
	const alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	if len(s) < 14 || len(s) > 90 {
		return false
	}
	check := uint32(1)
	step := func(v byte) {
		top := check >> 25
		check = check&0x1FFFFFF<<5 ^ uint32(v)
		for i, g := range [5]uint32{0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3} {
			if top>>i&1 == 1 {
				check ^= g
			}
		}
	}
	step(s[0] >> 5)
	step(s[1] >> 5)
	step(0)
	step(s[0] & 31)
	step(s[1] & 31)
	version := indexByte(alphabet, s[3])
	for i := 3; i < len(s); i++ {
		v := indexByte(alphabet, s[i])
		if v < 0 {
			return false
		}
		step(byte(v))
	}
	if version == 0 {
		return check == 1
	}
	return version <= 16 && check == 0x2BC830A3
}
