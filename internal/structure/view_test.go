package structure

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/airtight-telemetry/airtight/internal/span"
)

func all(text string) span.Span { return span.Span{Start: 0, End: len(text)} }

func TestDecode(t *testing.T) {
	tests := []struct {
		coding     Coding
		text, want string
	}{
		{Verbatim, `a\n%20+`, `a\n%20+`},
		{Backslash, `plain`, `plain`},
		{Backslash, `\"\\\/\b\f\n\r\t`, "\"\\/\b\f\n\r\t"},
		{Backslash, `\a\v\'\e`, "\a\v'\x1b"},
		{Backslash, `\u0041\u00e9\u20ac`, "Aé€"},
		{Backslash, `\ud83d\ude00!`, "😀!"},
		{Backslash, `\ud83d.\ude00`, "\ufffd.\ufffd"},
		{Backslash, `\ud83d\u0041`, "\ufffdA"},
		{Backslash, `\U0001f600\x41\101\0`, "😀AA\x00"},
		{Backslash, `\400`, " 0"},
		{Backslash, `\q\u12\xg\U00110000\`, `\q\u12\xg\U00110000\`},
		{Backslash, `\\n`, `\n`},
		{Percent, `a%20b%2Bc+d`, "a b+c+d"},
		{Percent, `%e2%82%ac`, "€"},
		{Percent, `%%41%4%zz%`, `%A%4%zz%`},
		{FormCoded, `a+b%20c%2b`, "a b c+"},
	}
	for _, tt := range tests {
		if v := Decode(tt.text, all(tt.text), tt.coding); v.Text != tt.want {
			t.Errorf("Decode(%q, %d) = %q, want %q", tt.text, tt.coding, v.Text, tt.want)
		}
	}
}

func TestSource(t *testing.T) {
	const text = `"a\u00e9b\n\n"`
	v := Decode(text, span.Span{Start: 1, End: len(text) - 1}, Backslash)
	if v.Text != "aéb\n\n" {
		t.Fatalf("Text = %q", v.Text)
	}
	tests := []struct{ start, end, wantStart, wantEnd int }{
		{0, 1, 1, 2}, // a
		{1, 3, 2, 8}, // é
		{1, 2, 2, 8}, // half of it
		{2, 4, 2, 9}, // the other half and b
		{3, 4, 8, 9}, // b
		{4, 5, 9, 11},
		{5, 6, 11, 13},
		{0, 6, 1, 13},
		{0, 0, 1, 1},
		{3, 3, 8, 8},
		{6, 6, 13, 13},
	}
	for _, tt := range tests {
		if got := v.Source(span.Span{Start: tt.start, End: tt.end}); got != (span.Span{Start: tt.wantStart, End: tt.wantEnd}) {
			t.Errorf("Source(%d,%d) = %v, want %d,%d", tt.start, tt.end, got, tt.wantStart, tt.wantEnd)
		}
	}
}

// TestWithin follows a password through JSON in JSON in a query.
func TestWithin(t *testing.T) {
	quoted := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	inner := quoted(map[string]string{"password": `hun"ter2`})
	text := "GET /?q=" + url.QueryEscape(quoted(map[string]string{"body": inner})) + " HTTP/1.1"

	view := Decode(text, all(text), Verbatim)
	for _, key := range []string{"q", "body", "password"} {
		leaves, _ := Read(nil, view.Text, Limits{})
		found := false
		for _, l := range leaves {
			if l.Key == key && !l.IsKey {
				outer := view
				v := Decode(outer.Text, l.Span, l.Coding)
				view, found = v.Within(&outer), true
				break
			}
		}
		if !found {
			t.Fatalf("no leaf %q in %q", key, view.Text)
		}
	}
	if view.Text != `hun"ter2` {
		t.Fatalf("Text = %q", view.Text)
	}
	want := url.QueryEscape(`hun\\\"ter2`)
	if got := view.Source(all(view.Text)).In(text); got != want {
		t.Errorf("Source = %q, want %q", got, want)
	}
}

// TestWithinComposed moves a view that already has an outer one.
func TestWithinComposed(t *testing.T) {
	const text = `xx%5Cn%5Cn`
	first := Decode(text, span.Span{Start: 2, End: len(text)}, Percent) // \n\n
	second := Decode(first.Text, span.Span{Start: 2, End: 4}, Backslash)
	third := Decode(second.Text, all(second.Text), Verbatim)
	third = third.Within(&second)
	third = third.Within(&first)
	if got := third.Source(all(third.Text)); got != (span.Span{Start: 6, End: 10}) {
		t.Errorf("Source = %v", got)
	}
}

// FuzzDecode takes any stretch of a decoded text back and decodes that anew: it must
// hold the stretch, and it must be the smallest that does.
func FuzzDecode(f *testing.F) {
	for _, text := range []string{`a\u00e9\n`, `\ud83d\ude00`, `%41+%zz`, `\\\"\x41\7`, `é\q`} {
		for c := range 4 {
			f.Add(text, uint8(c), uint8(0), uint8(3))
		}
	}
	f.Fuzz(func(t *testing.T, text string, coding, from, size uint8) {
		c := Coding(coding % 4)
		v := Decode(text, all(text), c)
		if got := v.Source(all(v.Text)); got != all(text) && v.Text != "" {
			t.Fatalf("Source of all of %q (%d) = %v", text, c, got)
		}
		s := span.Span{Start: min(int(from), len(v.Text))}
		s.End = min(s.Start+int(size), len(v.Text))
		source := v.Source(s)
		if source.Start < 0 || source.Start > source.End || source.End > len(text) {
			t.Fatalf("Source(%v) of %q (%d) = %v", s, text, c, source)
		}
		again := Decode(text, source, c)
		if !strings.Contains(again.Text, s.In(v.Text)) {
			t.Fatalf("Source(%v) of %q (%d) = %v, which decodes to %q", s, text, c, source, again.Text)
		}
		if extra := len(again.Text) - s.Len(); extra > 6 {
			t.Fatalf("Source(%v) of %q (%d) = %v, %d bytes too many", s, text, c, source, extra)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	text := strings.Repeat(`{\"user\":\"bob\",\"password\":\"hunter2\"}`, 20)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Decode(text, all(text), Backslash)
	}
}
