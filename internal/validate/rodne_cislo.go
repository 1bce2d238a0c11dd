package validate

// rodneCislo accepts a Czech or Slovak birth number, with or without CZ before
// it: a date (50 more on the month for women, 20 more where serials ran out),
// and a serial that makes ten digits a multiple of 11. Births before 1954 have nine digits and no check.
// Nine digits that begin with 6 are a tax number of the special kind, with a check digit of its own
// (https://cs.wikipedia.org/wiki/Rodn%C3%A9_%C4%8D%C3%ADslo).
func rodneCislo(value string) bool {
	var buf [12]byte
	b := compact(value, buf[:0])
	if len(b) > 10 && (b[0] == 'C' && b[1] == 'Z' || b[0] == 'S' && b[1] == 'K') {
		b = b[2:]
	}
	if !shape(b, "9999999999") && !shape(b, "999999999") {
		return false
	}
	year, month, day := ascii(b[:2]), ascii(b[2:4])%50, ascii(b[4:6])
	if len(b) == 9 && b[0] == '6' {
		sum := 0
		for i, c := range b[1:8] {
			sum += int(c-'0') * (8 - i)
		}
		return (sum%11+8)%10 == int(b[8]-'0')
	}
	if len(b) == 9 {
		return year < 54 && possibleDate(1900+year, month, day) && ascii(b[6:9]) != 0
	}
	if month > 20 {
		month -= 20
	}
	if !possibleDate(year, month, day) {
		return false
	}
	n := ascii(b)
	return n%11 == 0 || n/10%11 == 10 && n%10 == 0
}
