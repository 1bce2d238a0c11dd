package validate

// pinfl accepts an Uzbek personal number (PINFL): sex and century, day, month and year of birth,
// district, serial and a check digit by weights 7, 3 and 1
// (https://en.wikipedia.org/wiki/National_identification_number#Uzbekistan).
func pinfl(value string) bool {
	var buf [14]byte
	d := digits(value, buf[:0])
	return len(d) == 14 && d[0] >= 1 && d[0] <= 6 && possibleDate(number(d[5:7]), number(d[3:5]), number(d[1:3])) &&
		weighted(d, 7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1, 7)%10 == int(d[13])
}
