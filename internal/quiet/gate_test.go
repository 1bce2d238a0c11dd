package quiet

import "testing"

func TestBuiltIn(t *testing.T) {
	defer Add(BuiltIn())()
	for in, want := range map[string]string{
		"Everything is ready. Begin running and processing data.": "Everything is ready. Begin running and processing data.",
		"dial tcp 127.0.0.1:4317: connect: connection refused":    "dial tcp 127.0.0.1:4317: connect: connection refused",
		"refused: card 4111 1111 1111 1111":                       "refused: card [redacted:card-number]",
	} {
		if got := Text(in); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
