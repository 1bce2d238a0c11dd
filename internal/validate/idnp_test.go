package validate

import "testing"

func TestIdnp(t *testing.T) {
	table(t, idnp,
		[]string{"2140492262183", "2508286234787"},
		[]string{"2140492262188", "2508286234782", "214049226218", "21404922621830", "", "x2140492262183"})
}
