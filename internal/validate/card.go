package validate

import "strings"

// issuer is a range of leading digits of a payment network, and the lengths it
// issues.
type issuer struct {
	first, last uint32 // inclusive, of as many digits as width says
	width       int
	lengths     lengths
}

// lengths is a set of number lengths, one bit each.
type lengths uint32

func (l lengths) has(n int) bool { return l&(1<<n) != 0 }

func of(ns ...int) (l lengths) {
	for _, n := range ns {
		l |= 1 << n
	}
	return l
}

// issuers are the ranges in use, from the networks' own published tables as
// collected in https://en.wikipedia.org/wiki/Payment_card_number#Issuer_identification_number_(IIN).
// Lengths are those really issued: a range without exact lengths lets one
// number in ten of any log through. UATP (1…) is left out: every epoch in
// milliseconds starts with its digit.
var issuers = [...]issuer{
	{4, 4, 1, of(13, 16, 19)},               // Visa
	{51, 55, 2, of(16)},                     // Mastercard
	{2221, 2720, 4, of(16)},                 // Mastercard, 2-series
	{34, 34, 2, of(15)},                     // American Express
	{37, 37, 2, of(15)},                     // American Express
	{300, 305, 3, of(14, 16)},               // Diners Club International
	{3095, 3095, 4, of(14, 16)},             // Diners Club International
	{36, 36, 2, of(14, 16)},                 // Diners Club International
	{38, 39, 2, of(14, 16)},                 // Diners Club International
	{6011, 6011, 4, of(16, 19)},             // Discover
	{644, 659, 3, of(16, 19)},               // Discover, RuPay, Elo, Verve, Troy on 65
	{3528, 3589, 4, of(16, 19)},             // JCB, RuPay on 3561
	{62, 62, 2, of(16, 17, 18, 19)},         // UnionPay
	{81, 81, 2, of(16, 17, 18, 19)},         // UnionPay, RuPay
	{82, 82, 2, of(16)},                     // RuPay
	{5085, 5089, 4, of(16)},                 // RuPay
	{606985, 607984, 6, of(16)},             // RuPay
	{608001, 608500, 6, of(16)},             // RuPay
	{5018, 5018, 4, of(13, 15, 16, 18, 19)}, // Maestro
	{5020, 5020, 4, of(13, 15, 16, 18, 19)}, // Maestro
	{5038, 5038, 4, of(13, 15, 16, 18, 19)}, // Maestro
	{5893, 5893, 4, of(13, 15, 16, 18, 19)}, // Maestro
	{6304, 6304, 4, of(13, 15, 16, 18, 19)}, // Maestro
	{6706, 6709, 4, of(16, 18, 19)},         // Maestro (Ireland)
	{6759, 6763, 4, of(13, 15, 16, 18, 19)}, // Maestro
	{6770, 6771, 4, of(16, 18, 19)},         // Maestro
	{5019, 5019, 4, of(16)},                 // Dankort
	{2200, 2204, 4, of(16, 17, 18, 19)},     // Mir
	{504175, 504175, 6, of(16)},             // Elo
	{5067, 5067, 4, of(16)},                 // Elo
	{5090, 5099, 4, of(16)},                 // Elo
	{627780, 627780, 6, of(16)},             // Elo
	{636297, 636297, 6, of(16)},             // Elo
	{636368, 636368, 6, of(16)},             // Elo
	{606282, 606282, 6, of(16)},             // Hipercard
	{637095, 637095, 6, of(16)},             // Hipercard
	{9792, 9792, 4, of(16)},                 // Troy
	{506099, 506198, 6, of(16, 18, 19)},     // Verve
	{507865, 507964, 6, of(16, 18, 19)},     // Verve
	{5078, 5078, 4, of(16)},                 // Meeza
	{636, 636, 3, of(16, 18, 19)},           // InterPayment
	{637, 639, 3, of(16)},                   // InstaPayment
	{8600, 8600, 4, of(16)},                 // Uzcard
	{9860, 9860, 4, of(16)},                 // Humo
	{9704, 9704, 4, of(16, 19)},             // NAPAS
}

// card accepts a payment card number: the length and leading digits of one of
// the issuers, the Luhn check digit, and digits that are not all the same. A
// value that begins with a separator, or has dots between groups of other than
// four to six digits, is the tail of something longer or a decimal fraction, and refused.
func card(value string) bool {
	if value == "" || !isDigit(value[0]) || strings.IndexByte(value, '.') >= 0 && !dottedGroups(value) {
		return false
	}
	var buf [19]byte
	d := digits(value, buf[:0])
	return len(d) >= 13 && issued(d) && luhnHolds(d) && !same(d)
}

func dottedGroups(value string) bool {
	for group := range strings.SplitSeq(value, ".") {
		if len(group) < 4 || len(group) > 6 {
			return false
		}
	}
	return true
}

func issued(d []byte) bool {
	for _, r := range issuers {
		if p := uint32(number(d[:r.width])); p >= r.first && p <= r.last && r.lengths.has(len(d)) {
			return true
		}
	}
	return false
}

// variety is how many different digits there are.
func variety(d []byte) int {
	var seen [10]bool
	n := 0
	for _, c := range d {
		if !seen[c] {
			seen[c] = true
			n++
		}
	}
	return n
}
