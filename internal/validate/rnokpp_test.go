package validate

import "testing"

func TestRnokpp(t *testing.T) {
	table(t, rnokpp,
		[]string{"2642404980", "3126329827"},
		[]string{"2642404984", "3126329829", "264240498", "26424049800", "", "1111111111", "x2642404980"})
}
