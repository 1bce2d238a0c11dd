package validate

// tz accepts an Israeli identity number (teudat zehut): eight or nine digits
// with a Luhn check digit, the first 0 often left out
// (https://he.wikipedia.org/wiki/מספר_זהות_(ישראל)).
func tz(value string) bool {
	var buf [9]byte
	d := digits(value, buf[:0])
	return len(d) >= 8 && !same(d) && luhnHolds(d)
}
