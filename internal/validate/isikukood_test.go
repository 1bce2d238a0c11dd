package validate

import "testing"

func TestIsikukood(t *testing.T) {
	table(t, isikukood,
		[]string{"39210083905", "47903217668"},
		[]string{"39210083904", "47903217667", "3921008390", "392100839050", "", "11111111111", "x39210083905"})
}
