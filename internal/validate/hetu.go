package validate

// hetu accepts a Finnish personal identity code: date, century sign, serial from
// 002, and the check character by modulus 31
// (https://dvv.fi/en/personal-identity-code).
func hetu(value string) bool {
	if len(value) != 11 {
		return false
	}
	var buf [11]byte
	copy(buf[:], value)
	for i, c := range buf {
		if c >= 'a' && c <= 'z' {
			buf[i] = c - ('a' - 'A')
		}
	}
	sign := buf[6]
	if indexByte("+-ABCDEFUVWXY", sign) < 0 || !shape(buf[:6], "999999") || !shape(buf[7:10], "999") {
		return false
	}
	serial := ascii(buf[7:10])
	return serial >= 2 && possibleDate(ascii(buf[4:6]), ascii(buf[2:4]), ascii(buf[:2])) &&
		buf[10] == "0123456789ABCDEFHJKLMNPRSTUVWXY"[(ascii(buf[:6])*1000+serial)%31]
}
