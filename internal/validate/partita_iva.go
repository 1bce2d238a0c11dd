package validate

// partitaIVA accepts an Italian VAT number: seven digits of the holder, three
// of the province's tax office, a Luhn check digit (https://it.wikipedia.org/wiki/Partita_IVA).
func partitaIVA(value string) bool {
	var buf [13]byte
	b := compact(value, buf[:0])
	if len(b) == 13 && b[0] == 'I' && b[1] == 'T' {
		b = b[2:]
	}
	if !shape(b, "99999999999") || ascii(b[:7]) == 0 {
		return false
	}
	switch office := ascii(b[7:10]); {
	case office >= 1 && office <= 100, office == 120, office == 121, office == 888, office == 999:
		for i := range b {
			b[i] -= '0'
		}
		return luhnHolds(b)
	}
	return false
}
