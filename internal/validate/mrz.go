package validate

import "strings"

// mrz accepts the machine readable zone of a travel document (ICAO Doc 9303
// parts 3 to 6): all lines of a TD1, TD2 or TD3 document, or the line that holds number, date of birth
// and date of expiry alone; each of their check digits must hold, and the composite one where it is there.
func mrz(value string) bool {
	value = strings.TrimSpace(value)
	lines := strings.FieldsFunc(value, func(r rune) bool { return r == '\n' || r == '\r' || r == ' ' })
	for i := range lines {
		if !mrzAlphabet(lines[i]) || len(lines[i]) != len(lines[0]) {
			return false
		}
	}
	switch {
	case len(lines) == 3 && len(lines[0]) == 30:
		a, b := []byte(lines[0]), []byte(lines[1])
		return icaoHolds(a[5:14], a[14]) && icaoHolds(b[:6], b[6]) && icaoHolds(b[8:14], b[14]) &&
			icaoHolds(append(append(append(append([]byte(nil), a[5:30]...), b[:7]...), b[8:15]...), b[18:29]...), b[29])
	case len(lines) == 1 || len(lines) == 2:
		b := []byte(lines[len(lines)-1])
		if len(b) != 36 && len(b) != 44 || !icaoHolds(b[:9], b[9]) || !icaoHolds(b[13:19], b[19]) || !icaoHolds(b[21:27], b[27]) {
			return false
		}
		end := len(b) - 1
		return icaoHolds(append(append(append([]byte(nil), b[:10]...), b[13:20]...), b[21:end]...), b[end])
	}
	return false
}

func mrzAlphabet(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) && !isUpper(s[i]) && s[i] != '<' {
			return false
		}
	}
	return true
}

// icaoHolds is the check of ICAO Doc 9303 part 3, section 4.9: weights 7, 3, 1,
// letters from A as 10, the filler as 0.
func icaoHolds(b []byte, check byte) bool {
	sum := 0
	for i, c := range b {
		v := 0
		switch {
		case isDigit(c):
			v = int(c - '0')
		case isUpper(c):
			v = int(c-'A') + 10
		}
		sum += v * [3]int{7, 3, 1}[i%3]
	}
	return check == byte('0'+sum%10) || check == '<' && sum == 0
}
