package structure

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/airtight-telemetry/airtight/internal/span"
)

// reading is one row of a table test: a text and its leaves as describe has them.
type reading struct {
	text string
	want []string
}

// describe writes a leaf as a test has it: its path, its bytes in guillemets, and
// what is out of the ordinary about it. A key that does not end the path stands in
// parentheses.
func describe(text string, l Leaf) string {
	var b strings.Builder
	b.WriteString(l.Path)
	if !strings.HasSuffix(l.Path, l.Key) && !l.IsKey || l.Key == "" && l.Path != "" && !l.IsKey {
		fmt.Fprintf(&b, "(%s)", l.Key)
	}
	fmt.Fprintf(&b, "«%s»", l.Span.In(text))
	b.WriteString([...]string{"", " json", " number", " url"}[l.Form])
	b.WriteString([...]string{"", ` \`, " %", " +"}[l.Coding])
	if l.IsKey {
		b.WriteString(" key")
	}
	if l.Unread {
		b.WriteString(" unread")
	}
	return b.String()
}

// run reads every text of a table, checks what holds for any text, and compares.
func run(t *testing.T, rows []reading) {
	t.Helper()
	for _, row := range rows {
		leaves, _ := Read(nil, row.text, Limits{})
		check(t, row.text, leaves)
		got := make([]string, len(leaves))
		for i, l := range leaves {
			got[i] = describe(row.text, l)
		}
		if strings.Join(got, "\n") != strings.Join(row.want, "\n") {
			t.Errorf("Read(%q)\n got %q\nwant %q", row.text, got, row.want)
		}
	}
}

// check holds leaves against what Read promises for any text.
func check(t *testing.T, text string, leaves []Leaf) {
	t.Helper()
	valid := utf8.ValidString(text)
	var open []int
	for i, l := range leaves {
		s := l.Span
		if s.Start < 0 || s.Start > s.End || s.End > len(text) {
			t.Fatalf("leaf %d of %q: span %v out of range", i, text, s)
		}
		if i > 0 && span.Compare(leaves[i-1].Span, s) > 0 && (!l.Unread || s.Start < leaves[i-1].Span.Start) {
			t.Fatalf("leaf %d of %q: span %v after %v", i, text, s, leaves[i-1].Span)
		}
		if valid && (!boundary(text, s.Start) || !boundary(text, s.End)) {
			t.Fatalf("leaf %d of %q: span %v cuts a rune", i, text, s)
		}
		if len(l.Path) > maxPath {
			t.Fatalf("leaf %d of %q: path of %d bytes", i, text, len(l.Path))
		}
		for len(open) > 0 && open[len(open)-1] <= s.Start {
			open = open[:len(open)-1]
		}
		if len(open) > 0 && open[len(open)-1] < s.End && !l.Unread {
			t.Fatalf("leaf %d of %q: span %v crosses one that ends at %d", i, text, s, open[len(open)-1])
		}
		if open = append(open, s.End); len(open) > maxCover {
			t.Fatalf("leaf %d of %q: %d leaves over one byte", i, text, len(open))
		}
		if !announced(text, l) {
			t.Fatalf("leaf %d of %q: key %q is neither in the text nor announced by a cue", i, text, l.Key)
		}
		if signs := [...]string{"", `\\`, "%", "%+"}[l.Coding]; l.Coding != Verbatim && !strings.ContainsAny(s.In(text), signs) {
			t.Fatalf("leaf %d of %q: coding %d, but nothing to undo", i, text, l.Coding)
		}
	}
	if len(leaves) > 0 && !Plausible(text) {
		t.Fatalf("%q is not plausible but has leaves", text)
	}
}

// announced reports whether a leaf's key stands in the text, perhaps coded, or a cue does.
func announced(text string, l Leaf) bool {
	if strings.Contains(text, l.Key) || strings.ContainsAny(text, `%\\`) {
		return true
	}
	lower := strings.ToLower(text)
	for _, cue := range Cues() {
		if strings.Contains(lower, cue) {
			return true
		}
	}
	return false
}

func boundary(text string, i int) bool { return i == len(text) || utf8.RuneStart(text[i]) }

func TestLimits(t *testing.T) {
	tests := []struct {
		name, text string
		limits     Limits
		want       []string
		whole      bool
	}{
		{"depth", `{"a":{"b":[1]},"c":2}`, Limits{MaxDepth: 2}, []string{"«a» json key", "a«b» json key", "a.b«[1]» number unread", "«c» json key", "c«2» number"}, true},
		{"depth of an array", `[[["x"]],3]`, Limits{MaxDepth: 1}, []string{`«[["x"]]» number unread`, "«3» number"}, true},
		{"quotes in the depth", `[["]\"]","}"],3]`, Limits{MaxDepth: 1}, []string{`«["]\"]","}"]» number unread`, "«3» number"}, true},
		{"invalid in the depth", `{"a":{"b":tru}} c=d`, Limits{MaxDepth: 1}, []string{"«a» json key", `a«{"b":tru}} c=d» number unread`}, false},
		{"cut off in the depth", `{"a":{"b":[`, Limits{MaxDepth: 1}, []string{"«a» json key", `a«{"b":[» number unread`}, false},
		{"leaves", `a=1 b=2 c=3 d=4`, Limits{MaxLeaves: 3}, []string{"a«1»", "b«2»", "«3 d=4» unread"}, false},
		{"leaves of JSON", `{"a":1,"b":[2,[3]]}`, Limits{MaxLeaves: 3, MaxDepth: 2}, []string{"«a» json key", "a«1» number", `«b":[2,[3]]}» unread`}, true},
		{"leaves and depth", `{"a":[1],"b":2}`, Limits{MaxLeaves: 2, MaxDepth: 1}, []string{"«a» json key", `«[1],"b":2}» unread`}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			leaves, whole := Read(nil, tt.text, tt.limits)
			var got []string
			for _, l := range leaves {
				got = append(got, describe(tt.text, l))
			}
			if strings.Join(got, "\n") != strings.Join(tt.want, "\n") || whole != tt.whole {
				t.Errorf("got %q, whole %v\nwant %q, whole %v", got, whole, tt.want, tt.whole)
			}
		})
	}
}

func TestLongPath(t *testing.T) {
	key := strings.Repeat("é", 40)
	text := `{"` + key + `":{"` + key + `":{"` + key + `":{"` + key + `":1}}}}`
	leaves, whole := Read(nil, text, Limits{})
	check(t, text, leaves)
	last := leaves[len(leaves)-1]
	if !whole || !strings.HasPrefix(last.Path, "…é") || !strings.HasSuffix(last.Path, "."+key) || last.Key != key {
		t.Errorf("whole %v, leaf %+v", whole, last)
	}
}

func TestReadAppends(t *testing.T) {
	dst := []Leaf{{Key: "before"}}
	leaves, _ := Read(dst, "[1] x=2", Limits{})
	if len(leaves) != 2 || leaves[0].Key != "before" || leaves[1].Key != "x" {
		t.Errorf("got %+v", leaves)
	}
}

// hostile are pieces of text that, repeated, make careless readers go back again
// and again.
var hostile = []string{
	`{"a":`, `[`, `[[[`, `{`, `{"`, `{"a`, `{"a":"`, `["a",`, `{"a":x`, `"`, `'`, "`", `"""`, `'''`, `\"`, `\\"`, `\`, `a="`, `a='b`, `a=\"`, `a="\"`,
	`key=`, `key:`, `key: `, `key =`, `a=b:`, `a:a,`, `a=Abcd{`, `a=map[`, `a=(`, `a=[`, `a=b[`, `a=b[c`, `a[`, `a[b]`, `a=b&`, `a&`, `?a=`, `a=b;`, `a; b `, `,a`, `|a`,
	`%25`, `%`, `a%20`, `/%20`, `+%20`, `https://a:b`, `http://`, `://`, `a://b@`, `a://b:c/`, `a@`, `?`, `#`, `/`, `--a `, `--a=`, `-u a:`, `-`, `Bearer `, `Authorization: `,
	`Authorization: Digest `, `authorization=Digest a`, `Cookie: a=`, `Cookie: a=b; `, `Cookie: `, `set-cookie:a=b `, `<a>`, `<a><![CDATA[`, `<a><![CDATA[]`, `<a b="`, `<`, `>`, `</a>`,
	"\x1b[0m", `\x1b[`, "\x1b", ` `, "\n", `a `, `1`, `1password`, `name=a value=`, `"name","a",`, `"a":`, `"a","`, `by '`, `a 'b`, `it's `, `é`, "\u00a0", "\u200b=", `：`, "\xff", "a=\xe2\x80", `1:`, `::`, `a::`, `a.`, `$`,
	`a string = `, `a: String = `, `a=@tcp(`, `a:@tcp(`, `&amp;`, `eyJ`, `.eyJ`, `-----BEGIN `, `4111 `,
}

// TestLinear counts steps, which is steadier than time: twice the text may take
// little more than twice the steps, and no text more than a few dozen steps a byte.
func TestLinear(t *testing.T) {
	work := func(text string) int {
		r := newReader(nil, text, Limits{MaxLeaves: 1 << 30})
		r.document()
		covered := 0
		for _, l := range r.leaves {
			covered += l.Span.Len()
		}
		if covered > maxCover*len(text) {
			t.Errorf("%.40q: leaves cover %d bytes of %d", text, covered, len(text))
		}
		return r.steps
	}
	const size = 1 << 13
	most := 0
	for _, a := range hostile {
		for _, b := range append([]string{""}, hostile...) {
			unit := a + b
			once := work(strings.Repeat(unit, size/len(unit)))
			most = max(most, once)
			if b != "" {
				continue
			}
			if twice := work(strings.Repeat(unit, 2*size/len(unit))); twice > 5*once/2+1000 {
				t.Errorf("%q repeated: %d steps, %d for twice the text", unit, once, twice)
			}
		}
	}
	if most > 64*size {
		t.Errorf("%d steps a byte", most/size)
	}
	t.Logf("at most %d steps a byte", most/size)
}

func FuzzRead(f *testing.F) {
	for _, text := range hostile {
		f.Add(text)
		f.Add(strings.Repeat(text, 3))
	}
	for _, table := range [][]reading{jsonReadings, pairReadings, headerReadings, urlReadings, literalReadings, markupReadings} {
		for _, row := range table {
			f.Add(row.text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		leaves, _ := Read(nil, text, Limits{})
		check(t, text, leaves)
		few, _ := Read(nil, text, Limits{MaxDepth: 1, MaxLeaves: 2})
		check(t, text, few)
		if len(few) > 2 {
			t.Errorf("%d leaves, want at most 2", len(few))
		}
	})
}

func TestReadAllocates(t *testing.T) {
	leaves := make([]Leaf, 0, 64)
	for _, text := range []string{
		`time=2026-03-02T10:11:12Z level=info msg="user logged in" user=bob status=200`,
		`{"ts":"2026-03-02T10:11:12Z","level":"info","msg":"user logged in","n":12}`,
		`> Authorization: Bearer abc.def`,
		`https://bob:secret@example.com/a?b=c&d=e`,
		`connection from 10.0.0.1 closed`,
	} {
		if n := testing.AllocsPerRun(100, func() { Read(leaves[:0], text, Limits{}) }); n > 0 {
			t.Errorf("%q: %v allocations", text, n)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	for _, bb := range []struct{ name, text string }{
		{"prose", `connection from 10.0.0.1 closed by remote host after 30 seconds of silence`},
		{"logfmt", `time=2026-03-02T10:11:12Z level=info msg="user logged in" user=bob status=200 duration=12ms`},
		{"json", `{"ts":"2026-03-02T10:11:12Z","level":"info","msg":"user logged in","user":{"id":12,"name":"bob"},"status":200}`},
		{"url", `GET https://example.com/v1/items?page=1&note=a%20b&sort=asc HTTP/1.1 200`},
		{"hostile", strings.Repeat(`a:`, 1<<12)},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(bb.text)))
			leaves := make([]Leaf, 0, 1<<14)
			for b.Loop() {
				Read(leaves[:0], bb.text, Limits{})
			}
		})
	}
}

func BenchmarkPlausible(b *testing.B) {
	text := strings.Repeat("connection from 10.0.0.1 closed by remote host ", 20)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Plausible(text)
	}
}
