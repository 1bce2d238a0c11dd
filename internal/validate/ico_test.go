package validate

import "testing"

func TestIco(t *testing.T) {
	table(t, ico,
		[]string{"34167218", "10684034"},
		[]string{"34167213", "10684039", "3416721", "341672180", "", "x34167218"})
}
