package validate

// npi accepts a United States National Provider Identifier: ten digits that
// begin with 1 or 2, the last a Luhn check over 80840 and the rest
// (https://www.cms.gov/regulations-and-guidance/administrative-simplification/nationalprovidentstand/downloads/npicheckdigit.pdf).
func npi(value string) bool {
	var buf [15]byte
	copy(buf[:], []byte{8, 0, 8, 4, 0})
	d := digits(value, buf[:5])
	return len(d) == 15 && (d[5] == 1 || d[5] == 2) && luhnHolds(d)
}
