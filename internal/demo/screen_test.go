package demo

import (
	"bytes"
	"strings"
	"testing"
)

// before and after are one record of which the e-mail address was masked, a field
// dropped and one left alone.
var (
	before = Item{Key: "log 1", Title: "login  log  INFO", Fields: []Field{
		{"body", "mail to " + emailProse + "\x1b[2J now"},
		{"cookie", "theme=dark"},
		{"size", "4096"},
	}}
	after = Item{Key: "log 1", Title: "login  log  INFO", Fields: []Field{
		{"body", "mail to [redacted:email]\x1b[2J now"},
		{"size", "4096"},
	}}
)

func TestScreenPair(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		width int
		after Item
		want  string
	}{
		{"side by side", 81, after, `login  log  INFO
  body
    mail to ann.whitlock@acme.example·[2J | mail to [redacted:email]·[2J now
    now                                   |
  cookie
    theme=dark                            | (gone)
  and 1 more as sent
`},
		{"one above the other", 40, after, `login  log  INFO
  body
  - mail to ann.whitlock@acme.example·[2
  - J now
  + mail to [redacted:email]·[2J now
  cookie
  - theme=dark
  + (gone)
  and 1 more as sent
`},
		{"missing", 81, Item{}, `login  log  INFO
  it did not arrive
`},
	} {
		var out bytes.Buffer
		Screen{W: &out, Width: c.width}.Pair(Pair{before, c.after})
		if out.String() != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, out.String(), c.want)
		}
	}
}

func TestScreenColours(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	Screen{W: &out, Width: 90, Color: true}.Pair(Pair{before, after})
	for _, want := range []string{string(leak) + emailProse + reset, string(mask) + "[redacted:email]" + reset} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in the output", want)
		}
	}
	if strings.Contains(out.String(), "\x1b[2J") {
		t.Error("a control sequence of a text reached the terminal")
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	everything := Capture{Items: []Item{before}}
	for _, p := range Plants() {
		everything.Payloads = append(everything.Payloads, []byte(p.Value))
	}
	masked := Capture{Items: []Item{after}, Payloads: [][]byte{[]byte("mail to [redacted:email]")}}
	lost := Capture{Payloads: masked.Payloads}
	twice := Capture{Items: []Item{after, after}, Payloads: masked.Payloads}
	strange := Capture{Items: []Item{after, {Key: "log 2"}}, Payloads: masked.Payloads}
	for _, c := range []struct {
		name          string
		before, after Capture
		ok            bool
	}{
		{"masked", everything, masked, true},
		{"nothing masked", everything, everything, false},
		{"lost on the way", everything, lost, false},
		{"arrived twice", everything, twice, false},
		{"never sent", everything, strange, false},
		{"nothing planted", masked, masked, false},
		{"nothing sent", Capture{}, Capture{}, false},
	} {
		if got := Compare(c.before, c.after).OK(); got != c.ok {
			t.Errorf("%s: OK is %v", c.name, got)
		}
	}
}
