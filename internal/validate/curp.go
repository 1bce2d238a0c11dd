package validate

// curp accepts a Mexican Clave Única de Registro de Población: name letters,
// date of birth, sex, federal entity, consonants, homoclave and check digit
// (https://es.wikipedia.org/wiki/Clave_%C3%9Anica_de_Registro_de_Poblaci%C3%B3n).
func curp(value string) bool {
	const alphabet = "0123456789ABCDEFGHIJKLMN~OPQRSTUVWXYZ" // ~ stands for Ñ
	var buf [18]byte
	b := mexican(value, '~', buf[:0])
	if len(b) != 18 || b[10] != 'H' && b[10] != 'M' && b[10] != 'X' || !isDigit(b[17]) {
		return false
	}
	for _, c := range b[4:10] {
		if !isDigit(c) {
			return false
		}
	}
	for _, c := range b[11:16] {
		if isDigit(c) {
			return false
		}
	}
	if isDigit(b[0]) || isDigit(b[1]) || isDigit(b[2]) || isDigit(b[3]) || !possibleDate(ascii(b[4:6]), ascii(b[6:8]), ascii(b[8:10])) {
		return false
	}
	sum := 0
	for i, c := range b[:17] {
		v := indexByte(alphabet, c)
		if v < 0 {
			return false
		}
		sum += v * (18 - i)
	}
	return int(b[17]-'0') == (10-sum%10)%10
}
