package validate

import "testing"

func TestBic(t *testing.T) {
	table(t, bic,
		[]string{"DEUTDEFF", "DEUTDEFF500", "NEDS ZA JJ XXX"},
		[]string{"DEUTQQFF", "DEUTDEF", "DEUT1EFF", "DEUTDEFF5000"})
}
