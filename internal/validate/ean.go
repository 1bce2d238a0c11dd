package validate

// ean accepts a GTIN of 8, 12, 13 or 14 digits with its check digit (GS1
// General Specifications, section 7.9).
func ean(value string) bool {
	var buf [14]byte
	d := digits(value, buf[:0])
	switch len(d) {
	case 8, 12, 13, 14:
		return !same(d) && eanHolds(d)
	}
	return false
}

// eanHolds weighs 3 and 1 in turn from the right, the check digit itself by 1.
func eanHolds(d []byte) bool {
	sum, weight := 0, 1
	for i := len(d) - 1; i >= 0; i-- {
		sum += int(d[i]) * weight
		weight = 4 - weight
	}
	return sum%10 == 0
}
