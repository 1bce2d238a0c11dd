package validate

import "testing"

func TestKwCivil(t *testing.T) {
	table(t, kwCivil,
		[]string{"262032295878", "283080110914"},
		[]string{"262032295873", "283080110919", "26203229587", "2620322958780", "", "x262032295878"})
}
