package explain

import (
	"fmt"
	"strings"
	"testing"

	"github.com/airtight-telemetry/airtight/internal/linewalk"
)

// TestMarked holds the marks against what is known of the text, and each line
// against what is said of it. How verbs write it is tested with the verbs.
func TestMarked(t *testing.T) {
	e, err := New("")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ text, under, want, said string }{
		{"nothing here", "", "nothing here", ""},
		{"mail to ann@example.org sent\nand more\n", "", "mail to <email> sent|and more", "1:8-23 masked as [redacted:email]"},
		{`{"a":"ann@example.org","b":"é bob@example.org"}`, "", `{"a":"<email>","b":"é <email>"}`, "1:6-21 masked as [redacted:email]"},
		{"\n\nann@example.org", "", "||<email>", "3:0-15 masked as [redacted:email]"},
		{"x=1\r\ny=2", "", "x=1\r|y=2", ""},
		{"Zebra!Quilt7", "user.password", "<generic-password>", "1:0-12 masked as [redacted:generic-password]"},
		{strings.Repeat("[", 40), "", strings.Repeat("[", 40), ""},
	} {
		b := linewalk.Batch{Text: c.text, First: 1}
		lines, err := e.Marked(e.Walker(linewalk.Auto), b, c.under)
		if err != nil {
			t.Fatal(err)
		}
		var shown []string
		for _, pieces := range lines {
			line := ""
			for _, p := range pieces {
				if p.Rule != "" {
					line += "<" + p.Rule + ">"
				}
				line += p.Text
			}
			shown = append(shown, line)
		}
		if got := strings.Join(shown, "|"); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
		said := ""
		for _, s := range e.Batch(e.Walker(linewalk.Auto), b, c.under) {
			if strings.HasPrefix(s.Outcome, "masked") {
				said = fmt.Sprintf("%d:%d-%d %s", s.Line, s.Span.Start, s.Span.End, s.Outcome)
				break
			}
		}
		if said != c.said {
			t.Errorf("%q: %q, want %q", c.text, said, c.said)
		}
	}
}
