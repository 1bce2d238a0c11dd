package validate

// ahv accepts a Swiss social insurance number (AHV, AVS): country prefix 756,
// nine digits and the check digit of EAN-13
// (https://www.zas.admin.ch/zas/de/home/partenaires-et-institutions-/navs13.html).
func ahv(value string) bool {
	var buf [13]byte
	d := digits(value, buf[:0])
	return len(d) == 13 && number(d[:3]) == 756 && eanHolds(d)
}
