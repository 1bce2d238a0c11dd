package validate

// svnr accepts an Austrian social insurance number: serial, check digit by
// modulus 11, date of birth; the month may run to 15 where a day's serials ran out
// (https://de.wikipedia.org/wiki/Sozialversicherungsnummer_(%C3%96sterreich)).
func svnr(value string) bool {
	var buf [10]byte
	d := digits(value, buf[:0])
	if len(d) != 10 || d[0] == 0 {
		return false
	}
	day, month := number(d[4:6]), number(d[6:8])
	return day >= 1 && day <= 31 && month >= 1 && month <= 15 &&
		weighted(d, 3, 7, 9, 0, 5, 8, 4, 2, 1, 6)%11 == int(d[3])
}
