package validate

import "testing"

func TestAusweis(t *testing.T) {
	table(t, ausweis,
		[]string{"C525868219", "L2CW7H3M59"},
		[]string{"C525868216", "L2CW7H3M51", "C52586821", "C5258682190", "", "1111111111", "xC525868219"})
}
