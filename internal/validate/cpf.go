package validate

// cpf accepts a Brazilian Cadastro de Pessoas Físicas number: eleven digits,
// the last two each a modulus 11 over all before them
// (https://pt.wikipedia.org/wiki/Cadastro_de_Pessoas_F%C3%ADsicas#Algoritmo).
func cpf(value string) bool {
	var buf [11]byte
	d := digits(value, buf[:0])
	if len(d) != 11 || same(d) {
		return false
	}
	first := weighted(d, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
	second := weighted(d, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
	return int(d[9]) == first && int(d[10]) == second
}
