package validate

// inn accepts a Russian tax number (ИНН) of ten digits (organisations) or
// twelve (persons) with its one or two modulus 11 check digits
// (https://ru.wikipedia.org/wiki/Идентификационный_номер_налогоплательщика).
func inn(value string) bool {
	var buf [12]byte
	d := digits(value, buf[:0])
	switch {
	case len(d) == 10 && !same(d):
		return weighted(d, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == int(d[9])
	case len(d) == 12 && !same(d):
		return weighted(d, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == int(d[10]) &&
			weighted(d, 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == int(d[11])
	}
	return false
}
