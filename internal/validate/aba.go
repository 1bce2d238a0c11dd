package validate

// aba accepts a United States bank routing number: a prefix that the Federal
// Reserve or the Treasury uses, and the weights 3, 7, 1 of the American Bankers
// Association (https://www.aba.com/about-us/routing-number, key in
// https://en.wikipedia.org/wiki/ABA_routing_transit_number#Check_digit).
func aba(value string) bool {
	var buf [9]byte
	d := digits(value, buf[:0])
	if len(d) != 9 || same(d) {
		return false
	}
	switch p := number(d[:2]); {
	case p <= 12, p >= 21 && p <= 32, p >= 61 && p <= 72, p == 80:
		return weighted(d, 3, 7, 1, 3, 7, 1, 3, 7, 1)%10 == 0
	}
	return false
}
