package validate

// rfc accepts a Mexican Registro Federal de Contribuyentes: three letters
// (companies) or four (persons), a date, a two-character homoclave and the check
// character of Anexo 1 to the SAT's rules (https://es.wikipedia.org/wiki/Registro_Federal_de_Contribuyentes).
// Ñ and & are letters here.
func rfc(value string) bool {
	const alphabet = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ ~" // ~ stands for Ñ
	var buf [13]byte
	b := mexican(value, '~', buf[:0])
	var padded [13]byte
	switch len(b) {
	case 12:
		padded[0] = ' '
		copy(padded[1:], b)
	case 13:
		copy(padded[:], b)
	default:
		return false
	}
	for i, c := range padded[4:10] {
		if !isDigit(c) || isDigit(padded[1+i%3]) {
			return false
		}
	}
	if isDigit(padded[0]) || !possibleDate(ascii(padded[4:6]), ascii(padded[6:8]), ascii(padded[8:10])) {
		return false
	}
	sum := 0
	for i, c := range padded[:12] {
		v := indexByte(alphabet, c)
		if v < 0 {
			return false
		}
		sum += v * (13 - i)
	}
	return padded[12] == "0A987654321"[sum%11]
}

// mexican is compact for an alphabet that has & and Ñ, the latter as enye.
func mexican(s string, enye byte, buf []byte) []byte {
	for i := 0; i < len(s); {
		c, n := s[i], 1
		switch {
		case c >= 'a' && c <= 'z':
			c -= 'a' - 'A'
		case c == 0xC3 && i+1 < len(s) && (s[i+1] == 0x91 || s[i+1] == 0xB1): // Ñ, ñ
			c, n = enye, 2
		case isDigit(c), isUpper(c), c == '&':
		default:
			if n = separator(s, i); n == 0 {
				return nil
			}
			i += n
			continue
		}
		if len(buf) == cap(buf) {
			return nil
		}
		buf = append(buf, c)
		i += n
	}
	return buf
}

func indexByte(s string, c byte) int {
	for i := 0; i < len(s); i++ {
		if s[i] == c {
			return i
		}
	}
	return -1
}
