package validate

// imei accepts an International Mobile Equipment Identity: fifteen digits with a
// Luhn check digit (3GPP TS 23.003, annex B).
func imei(value string) bool {
	var buf [15]byte
	d := digits(value, buf[:0])
	return len(d) == 15 && variety(d) > 2 && luhnHolds(d)
}
