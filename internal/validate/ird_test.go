package validate

import "testing"

func TestIrd(t *testing.T) {
	table(t, ird,
		[]string{"99-789-948", "017146963"},
		[]string{"99-789-946", "017146960", "99-789-94", "99-789-9480", "", "11-111-111", "x99-789-948"})
}
