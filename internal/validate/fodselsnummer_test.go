package validate

import "testing"

func TestFodselsnummer(t *testing.T) {
	table(t, fodselsnummer,
		[]string{"07026938265", "220590 21005"},
		[]string{"07026938267", "220590 21001", "0702693826", "070269382650", "", "11111111111", "x07026938265"})
}
