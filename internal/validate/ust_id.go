package validate

// ustID accepts a German VAT identification number: DE, nine digits, ISO/IEC
// 7064 MOD 11,10 (https://de.wikipedia.org/wiki/Umsatzsteuer-Identifikationsnummer).
func ustID(value string) bool {
	var buf [11]byte
	b := compact(value, buf[:0])
	if !shape(b, "DE999999999") {
		return false
	}
	d := b[2:]
	for i := range d {
		d[i] -= '0'
	}
	return d[0] != 0 && mod1110(d)
}
