package validate

// nino accepts a United Kingdom National Insurance number: a prefix that is
// allocated, six digits, a suffix A to D (https://www.gov.uk/hmrc-internal-manuals/national-insurance-manual/nim39110).
// It has no check digit.
func nino(value string) bool {
	var buf [9]byte
	b := compact(value, buf[:0])
	if !shape(b, "AA999999A") || b[8] > 'D' {
		return false
	}
	switch b[0] {
	case 'D', 'F', 'I', 'Q', 'U', 'V':
		return false
	}
	switch b[1] {
	case 'D', 'F', 'I', 'O', 'Q', 'U', 'V':
		return false
	}
	switch string(b[:2]) {
	case "BG", "GB", "KN", "NK", "NT", "TN", "ZZ":
		return false
	}
	return true
}
