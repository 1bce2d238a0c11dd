package validate

import "testing"

func TestMbi(t *testing.T) {
	table(t, mbi,
		[]string{"1PY8HT3HC65", "1U24-MY9-WF44", "1EG4-TE5-MK73"},
		[]string{"1PY8HT3HL65", "1U24-MY9-WL44", "1SG4-TE5-MK73", "0EG4TE5MK73", "1EG4TE5MK7"})
}
