package validate

import "testing"

func TestKennitala(t *testing.T) {
	table(t, kennitala,
		[]string{"140393-1348", "1801840748"},
		[]string{"140393-1347", "1801840747", "140393-134", "140393-13480", "", "111111-1111", "x140393-1348"})
}
