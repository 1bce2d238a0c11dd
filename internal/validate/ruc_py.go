package validate

// rucPY accepts a Paraguayan taxpayer number: five to eight digits and a modulus 11 check digit
// (https://www.dnit.gov.py/).
func rucPY(value string) bool {
	var buf [9]byte
	d := digits(value, buf[:0])
	if len(d) < 6 || same(d) {
		return false
	}
	sum, last := 0, len(d)-1
	for i, c := range d[:last] {
		sum += int(c) * (last - i + 1)
	}
	return (11-sum%11)%11%10 == int(d[last])
}
