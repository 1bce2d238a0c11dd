package validate

import "testing"

func TestCnp(t *testing.T) {
	table(t, cnp,
		[]string{"1870106407183", "2961009127315"},
		[]string{"1870106407184", "2961009127316", "187010640718", "18701064071830", "", "1111111111111", "x1870106407183"})
}
