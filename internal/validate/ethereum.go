package validate

import (
	"strings"

	"golang.org/x/crypto/sha3"
)

// ethereum accepts an account address: 0x and forty hexadecimal digits, not all
// the same, with the checksum of EIP-55 where both cases occur.
func ethereum(value string) bool {
	if len(value) != 42 || value[0] != '0' || value[1]|0x20 != 'x' {
		return false
	}
	value = value[2:]
	varied, upper, lower := false, false, false
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c >= 'a' && c <= 'f':
			lower = true
		case c >= 'A' && c <= 'F':
			upper = true
		case !isDigit(c):
			return false
		}
		varied = varied || value[i] != value[0]
	}
	if !varied || !upper || !lower {
		return varied
	}
	// The hash is of the lower-case digits; a digit of the hash of 8 or more asks for upper case.
	h := sha3.NewLegacyKeccak256()
	h.Write([]byte(strings.ToLower(value)))
	hash := h.Sum(nil)
	for i := 0; i < len(value); i++ {
		if c := value[i]; !isDigit(c) {
			nibble := hash[i/2] >> (4 * (1 - i%2)) & 15
			if (nibble >= 8) != isUpper(c) {
				return false
			}
		}
	}
	return true
}
