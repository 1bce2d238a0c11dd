package validate

// lanr accepts a German physician number (lebenslange Arztnummer): six digits, a
// check digit by weights 4 and 9, two digits of the speciality
// (Richtlinie der KBV nach § 75 Abs. 7 SGB V, https://de.wikipedia.org/wiki/Lebenslange_Arztnummer).
func lanr(value string) bool {
	var buf [9]byte
	d := digits(value, buf[:0])
	return len(d) == 9 && !same(d) && int(d[6]) == (10-weighted(d, 4, 9, 4, 9, 4, 9)%10)%10
}
