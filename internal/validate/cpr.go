package validate

// cpr accepts a Danish CPR number: a date and a serial. Its modulus 11 check
// was given up in 2007, when the serials of some days had run out, so only the
// date is tested (https://cpr.dk/cpr-systemet/opbygning-af-cpr-nummeret).
func cpr(value string) bool {
	var buf [10]byte
	d := digits(value, buf[:0])
	// A day is 60 more in the replacement numbers of hospitals.
	return len(d) == 10 && !same(d) && possibleDate(number(d[4:6]), number(d[2:4]), number(d[:2])%60)
}
