package validate

import "testing"

func TestSaID(t *testing.T) {
	table(t, saID,
		[]string{"2683456715", "2306924024"},
		[]string{"2683456710", "2306924029", "268345671", "26834567150", "", "x2683456715"})
}
