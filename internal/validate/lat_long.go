package validate

import (
	"math"
	"strconv"
	"strings"
)

// latLong accepts a pair of decimal degrees, latitude first, as ISO 6709 orders
// them: within ±90 and ±180 and at least one of them with three decimals, about a hundred metres.
func latLong(value string) bool {
	value = strings.Trim(value, "()[] ")
	a, b, ok := strings.Cut(value, ",")
	if !ok {
		a, b, ok = strings.Cut(value, ";")
	}
	if !ok {
		a, b, ok = strings.Cut(value, " ")
	}
	a, b = strings.TrimSpace(a), strings.TrimSpace(b)
	return ok && degrees(a, 90) && degrees(b, 180) && (decimals(a) >= 3 || decimals(b) >= 3)
}

func degrees(s string, limit float64) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; !isDigit(c) && c != '.' && (c != '-' && c != '+' || i > 0) {
			return false
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	return err == nil && math.Abs(f) <= limit
}

func decimals(s string) int {
	_, d, _ := strings.Cut(s, ".")
	return len(d)
}
