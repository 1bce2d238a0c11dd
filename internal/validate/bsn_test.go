package validate

import "testing"

func TestBsn(t *testing.T) {
	table(t, bsn,
		[]string{"714284695", "9325.78.226"},
		[]string{"714284696", "9325.78.227", "71428469", "7142846950", "", "111111111", "x714284695"})
}
