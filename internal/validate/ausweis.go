package validate

// ausweis accepts the serial number of a German passport or identity card with
// its check digit: nine characters of an alphabet without vowels, checked by
// the weights 7, 3, 1 of ICAO Doc 9303
// (https://de.wikipedia.org/wiki/Ausweisnummer).
func ausweis(value string) bool {
	var buf [10]byte
	b := compact(value, buf[:0])
	if len(b) != 10 || indexByte("CFGHJKLMNPRTVWXYZ", b[0]) < 0 || !isDigit(b[9]) {
		return false
	}
	for _, c := range b[1:9] {
		if indexByte("0123456789CFGHJKLMNPRTVWXYZ", c) < 0 {
			return false
		}
	}
	return icaoHolds(b[:9], b[9])
}
