package validate

// mbi accepts a Medicare Beneficiary Identifier: eleven characters of a fixed
// pattern, without the letters S, L, O, I, B and Z
// (https://www.cms.gov/medicare/new-medicare-card/understanding-the-mbi-with-format.pdf).
func mbi(value string) bool {
	var buf [11]byte
	b := compact(value, buf[:0])
	if !shape(b, "9A*9A*9AA99") || b[0] == '0' {
		return false
	}
	for _, c := range b {
		if indexByte("SLOIBZ", c) >= 0 {
			return false
		}
	}
	return true
}
