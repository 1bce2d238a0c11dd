package validate

// kvnr accepts the unchangeable part of a German health insurance number
// (Krankenversichertennummer): a letter, eight digits and a check digit after
// Luhn's scheme with weights 1 and 2 from the left, the letter as its two-digit place in the alphabet
// (§ 290 SGB V, https://de.wikipedia.org/wiki/Krankenversichertennummer).
func kvnr(value string) bool {
	var buf [10]byte
	b := compact(value, buf[:0])
	if !shape(b, "A999999999") {
		return false
	}
	letter := int(b[0]-'A') + 1
	digit := [10]int{letter / 10, letter % 10}
	for i, c := range b[1:9] {
		digit[2+i] = int(c - '0')
	}
	sum := 0
	for i, n := range digit {
		n *= 1 + i%2
		sum += n/10 + n%10
	}
	return int(b[9]-'0') == sum%10
}
