package detect

import (
	"strings"
	"testing"

	"github.com/airtight-telemetry/airtight/internal/rule"
)

// maskAll masks every key.
type maskAll struct{}

func (*maskAll) MasksKey(string) bool { return true }

// TestCleanTexts scans the same short texts again and again, under other keys and
// for other rules in between: what is remembered of one must not hide another.
func TestCleanTexts(t *testing.T) {
	e, err := Compile([]rule.Rule{
		{ID: "pat", Class: rule.Secret, Pattern: `pat_[0-9a-z]{12}`},
		{ID: "password", Class: rule.Secret, Keys: []string{"password"}, Pattern: `\S{4,}`},
		{ID: "near", Class: rule.Secret, Keywords: []string{"vendor"}, Pattern: `[0-9a-f]{12}`},
	})
	if err != nil {
		t.Fatal(err)
	}
	all, none, mask := e.All(), NewSet(e.Len()), new(maskAll)
	known := NewKnown([]KnownValue{{Text: "GET /item", Value: "GET /item", Rule: 0}})
	cases := []struct {
		text  Text
		found int
	}{
		{Text{Text: "hunter2", Key: "message", Want: all}, 0},
		{Text{Text: "hunter2", Key: "password", Want: all}, 1},
		{Text{Text: "hunter2", Key: "password", Want: none}, 0},
		{Text{Text: "pat_0123456789ab", Want: none}, 0},
		{Text{Text: "pat_0123456789ab", Want: all}, 1},
		{Text{Text: "0123456789ab", Key: "id", Want: all}, 0},
		{Text{Text: "0123456789ab", Key: "vendor.id", Want: all}, 1},
		{Text{Text: "GET /item", Key: "line", Want: all}, 0},
		{Text{Text: "GET /item", Key: "line", Want: all, Known: known}, 1},
		{Text{Text: "a=b c=d", Key: "line", Want: none}, 0},
		{Text{Text: "a=b c=d", Key: "line", Want: none, Mask: mask}, 2},
	}
	for i := range cases {
		cases[i].text.MaxDepth, cases[i].text.MaxDecode = 32, 3
	}
	for round := range 5 {
		for _, c := range cases {
			if got := len(e.Scan(nil, []Text{c.text})); got != c.found {
				t.Errorf("round %d: %q under %q: %d found, want %d", round, c.text.Text, c.text.Key, got, c.found)
			}
		}
	}
	s := e.scanner()
	text := Text{Text: strings.Clone("worker-7"), Key: "thread", Want: all, MaxDepth: 32, MaxDecode: 3}
	for round := range 3 {
		if _, _, was := s.clean.slot(&text); was != (round == 2) {
			t.Errorf("round %d: known is %v", round, was)
		}
		s.in = &text
		s.scan()
	}
}
