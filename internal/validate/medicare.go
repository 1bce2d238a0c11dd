package validate

// medicare accepts an Australian Medicare number: a first digit 2 to 6, a check
// digit in the ninth place, and optionally the issue and the person's place on the card
// (https://meteor.aihw.gov.au/content/270101).
func medicare(value string) bool {
	var buf [11]byte
	d := digits(value, buf[:0])
	return len(d) >= 9 && d[0] >= 2 && d[0] <= 6 &&
		weighted(d, 1, 3, 7, 9, 1, 3, 7, 9)%10 == int(d[8])
}
