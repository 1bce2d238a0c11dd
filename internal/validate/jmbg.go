package validate

// jmbg accepts the citizen number of the countries of former Yugoslavia (JMBG,
// EMŠO in Slovenia, EMBG in North Macedonia): date of birth with three digits of
// the year, region, serial and a modulus 11 check digit
// (https://en.wikipedia.org/wiki/Unique_Master_Citizen_Number).
func jmbg(value string) bool {
	var buf [13]byte
	d := digits(value, buf[:0])
	if len(d) != 13 {
		return false
	}
	year := number(d[4:7])
	if year > 100 && year < 850 { // 1850 to 1999 and 2000 to 2100
		return false
	}
	return possibleDate(year%100, number(d[2:4]), number(d[:2])) &&
		(11-weighted(d, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11)%11%10 == int(d[12])
}
