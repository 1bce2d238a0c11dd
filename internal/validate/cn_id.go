package validate

// cnID accepts a Chinese resident identity number: area, date of birth,
// serial, and ISO/IEC 7064 MOD 11-2, 10 being X (GB 11643-1999).
func cnID(value string) bool {
	var buf [18]byte
	b := compact(value, buf[:0])
	if len(b) != 18 || !shape(b[:17], "99999999999999999") {
		return false
	}
	if b[0] == '0' || b[0] == '9' && b[1] != '1' {
		return false
	}
	if year := ascii(b[6:10]); year < 1850 || year > 2100 || !possibleDate(year, ascii(b[10:12]), ascii(b[12:14])) {
		return false
	}
	sum := 0
	for i, w := range [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(b[i]-'0') * w
	}
	return b[17] == "10X98765432"[sum%11]
}
