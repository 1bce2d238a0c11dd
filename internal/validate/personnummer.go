package validate

// personnummer accepts a Swedish personal identity number or coordination
// number (60 more on the day, and zeros for a month or day that is not known) of
// ten or twelve digits: a date, a serial and a Luhn check digit over the last ten. A + before the serial means a hundred years or older
// (https://www.skatteverket.se, SKV 704; https://sv.wikipedia.org/wiki/Personnummer_i_Sverige).
func personnummer(value string) bool {
	var buf [12]byte
	var plain [16]byte
	if len(value) > len(plain) {
		return false
	}
	n := copy(plain[:], value)
	for i, c := range plain[:n] {
		if c == '+' {
			plain[i] = '-'
		}
	}
	d := digits(string(plain[:n]), buf[:0])
	year := 0
	switch len(d) {
	case 10:
	case 12:
		if c := number(d[:2]); c < 18 || c > 20 {
			return false
		}
		year = number(d[:4])
		d = d[2:]
	default:
		return false
	}
	if year == 0 {
		year = number(d[:2])
	}
	month, day := number(d[2:4]), number(d[4:6])
	if day >= 60 { // a coordination number
		day = max(1, day-60)
		month = max(1, month)
	}
	return possibleDate(year, month, day) && luhnHolds(d)
}
