package validate

// orcid accepts an ORCID iD: sixteen characters, the last a check by ISO/IEC 7064, MOD 11-2
// (https://support.orcid.org/hc/en-us/articles/360006897674-Structure-of-the-ORCID-Identifier).
func orcid(value string) bool {
	var buf [16]byte
	b := compact(value, buf[:0])
	if !shape(b, "999999999999999*") {
		return false
	}
	total := 0
	for _, c := range b[:15] {
		total = (total + int(c-'0')) * 2 % 11
	}
	return total != 0 && b[15] == "0123456789X"[(12-total)%11]
}
