package validate

// ipv4 accepts an address in dotted decimals: four numbers of 0 to 255 without
// leading zeros (RFC 6943, section 3.1.1, on why those aren't one form), the first not 0 unless it is 0.0.0.0. A version
// number of four small parts can't be told from an address here; the rule's pattern looks at what stands before it.
func ipv4(value string) bool {
	var octet [4]int
	n, width := 0, 0
	for i := 0; i < len(value); i++ {
		c := value[i]
		switch {
		case c == '.':
			if width == 0 || n == 3 {
				return false
			}
			n++
			width = 0
		case isDigit(c):
			if width > 0 && octet[n] == 0 {
				return false
			}
			octet[n] = octet[n]*10 + int(c-'0')
			width++
			if octet[n] > 255 {
				return false
			}
		default:
			return false
		}
	}
	return n == 3 && width > 0 && (octet[0] != 0 || octet == [4]int{})
}
