package validate

import "testing"

func TestPersonnummer(t *testing.T) {
	table(t, personnummer,
		[]string{"760304-8021", "196208045705"},
		[]string{"760304-8028", "196208045707", "760304-802", "760304-80210", "", "111111-1111", "x760304-8021"})
}
