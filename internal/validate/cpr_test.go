package validate

import "testing"

func TestCpr(t *testing.T) {
	table(t, cpr,
		[]string{"260264-6837", "1905761314"},
		[]string{"260064-6837", "1900761314", "320190-1234", "010190-123", "000000-0000"})
}
