package validate

// cnpj accepts a Brazilian Cadastro Nacional da Pessoa Jurídica number, since
// July 2026 with letters in its first twelve places: a character's value is its
// ASCII code less 48, the weights are those of the numeric form
// (https://www.gov.br/receitafederal/pt-br/acesso-a-informacao/acoes-e-programas/programas-e-atividades/cnpj-alfanumerico).
func cnpj(value string) bool {
	var buf [14]byte
	b := compact(value, buf[:0])
	if !shape(b, "************99") {
		return false
	}
	for i := range b {
		b[i] -= '0'
	}
	if same(b) {
		return false
	}
	first := weighted(b, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
	second := weighted(b, 6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
	return int(b[12]) == first && int(b[13]) == second
}
