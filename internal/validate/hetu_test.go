package validate

import "testing"

func TestHetu(t *testing.T) {
	table(t, hetu,
		[]string{"200484-737K", "030768C792N", "131052-308T"},
		[]string{"200484-737M", "030768C792Q", "131052-308U", "131052*308T", "131052-001T", "131052308T"})
}
