package validate

// rut accepts a Chilean Rol Único Tributario (the RUN of a person): seven or
// eight digits and a modulus 11 check character, 10 being K
// (https://es.wikipedia.org/wiki/Rol_%C3%9Anico_Tributario).
func rut(value string) bool {
	var buf [9]byte
	b := compact(value, buf[:0])
	if len(b) < 8 {
		return false
	}
	sum, weight := 0, 2
	for i := len(b) - 2; i >= 0; i-- {
		if !isDigit(b[i]) {
			return false
		}
		sum += int(b[i]-'0') * weight
		if weight++; weight > 7 {
			weight = 2
		}
	}
	return b[len(b)-1] == "0K987654321"[sum%11]
}
