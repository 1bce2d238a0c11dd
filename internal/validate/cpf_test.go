package validate

import "testing"

func TestCpf(t *testing.T) {
	table(t, cpf,
		[]string{"742.291.913-24", "92553734123"},
		[]string{"742.291.913-27", "92553734124", "742.291.913-2", "742.291.913-240", "", "111.111.111-11", "x742.291.913-24"})
}
