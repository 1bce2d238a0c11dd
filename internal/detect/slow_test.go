package detect

import (
	"slices"
	"testing"
)

// Rules in the slow lane cost every text they are asked for. Those of the catalogue are
// in a pack that is off by default.
func TestSlowLaneOfTheCatalogue(t *testing.T) {
	c, e := catalogue(t)
	var slow []string
	for _, i := range e.slow {
		slow = append(slow, c.Rules[i].ID)
	}
	if want := []string{"host-name", "ipv6"}; !slices.Equal(slow, want) {
		t.Errorf("in the slow lane are %v, want %v: give the pattern a literal, or the rule keywords", slow, want)
	}
}
