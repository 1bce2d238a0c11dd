package validate

import (
	"net/netip"
	"strings"
)

// ipv6 accepts an address in the text forms of RFC 4291, with or without a zone
// (RFC 4007). What else has double colons is refused: an abbreviated form must
// have a digit and at least two groups, or be the loopback, so that neither C++ names nor times pass.
func ipv6(value string) bool {
	a, err := netip.ParseAddr(value)
	if err != nil || !a.Is6() {
		return false
	}
	if !strings.Contains(value, "::") || value == "::1" {
		return true
	}
	groups, figures := 0, false
	inGroup := false
	for i := 0; i < len(value) && value[i] != '%'; i++ {
		if value[i] == ':' {
			inGroup = false
			continue
		}
		if !inGroup {
			groups++
			inGroup = true
		}
		figures = figures || isDigit(value[i])
	}
	return groups >= 2 && figures
}
