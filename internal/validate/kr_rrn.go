package validate

// krRRN accepts a South Korean resident or foreigner registration number: date
// of birth, century and sex, six digits. Numbers given out since October 2020
// end in a random digit, so the modulus 11 check is asked only of people born before,
// and of no foreigners, who are registered at any age
// (https://en.wikipedia.org/wiki/Resident_registration_number).
func krRRN(value string) bool {
	var buf [13]byte
	d := digits(value, buf[:0])
	if len(d) != 13 {
		return false
	}
	century := [10]int{1800, 1900, 1900, 2000, 2000, 1900, 1900, 2000, 2000, 1800}[d[6]]
	born := (century+number(d[:2]))*10000 + number(d[2:6])
	if !possibleDate(born/10000, number(d[2:4]), number(d[4:6])) {
		return false
	}
	foreigner := d[6] >= 5 && d[6] <= 8
	return born >= 20201001 || foreigner || (11-weighted(d, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)%11)%10 == int(d[12])
}
