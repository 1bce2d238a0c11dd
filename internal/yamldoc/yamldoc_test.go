package yamldoc

import (
	"errors"
	"strings"
	"testing"
)

func TestParseFaults(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"a: [", "f.yaml:1:1: not valid YAML at or just before this line: check indentation, colons and quotes"},
		{"a: 1\n b: x\n", "f.yaml:2:1: not valid YAML at or just before this line: check indentation, colons and quotes"},
		{"a: 1\nb: *none", "f.yaml:2:4: refers to an anchor that is not there: put a text that begins with * in quotes"},
		{"a: 1\n---\nb: 2", "f.yaml: holds more than one YAML document: keep one"},
		{"a: 1\nb: {c: 1, c: 2}", "f.yaml:2:11: key b.c is given twice: keep one"},
		{"[a]: 1", "f.yaml:1:1: a key must be plain text"},
		{"a: &x {b: 1}\nc: {<<: *x}", "f.yaml:2:5: merge keys (<<) are not supported: write the keys out"},
		{"a: &a [*a]", "f.yaml:1:4: the document is too large or nested too deep: write it out without aliases"},
		{"a: !!int word", "f.yaml:1:4: the value does not fit its YAML tag"},
		{strings.Repeat("[", 70) + strings.Repeat("]", 70), "f.yaml:1:66: the document is too large or nested too deep: write it out without aliases"},
	} {
		if _, err := Parse("f.yaml", []byte(c.in)); err == nil || err.Error() != c.want {
			t.Errorf("%q:\n got %v\nwant %s", c.in, err, c.want)
		}
	}
}

// TestAliases blows a document of 200 bytes up to 10 to the 9 items.
func TestAliases(t *testing.T) {
	text := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for _, c := range "bcdefghij" {
		text += string(c) + ": &" + string(c) + " [" + strings.TrimSuffix(strings.Repeat("*"+string(c-1)+",", 10), ",") + "]\n"
	}
	if _, err := Parse("f.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), "too large") {
		t.Errorf("got %v", err)
	}
	d, err := Parse("f.yaml", []byte("a: &a {b: 1}\nc: *a"))
	if err != nil || d.At(Path{"c", "b"}) == "" || d.Value.(map[string]any)["c"].(map[string]any)["b"] != 1 {
		t.Errorf("an alias: %v, %v", d, err)
	}
}

func TestAt(t *testing.T) {
	d, err := Parse("f.yaml", []byte("a:\n  - b: 1\n    c.d: [x, y]\n  - {e: 2}\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path Path
		want string
		has  bool
	}{
		{nil, "f.yaml:1:1", true},
		{Path{"a"}, "f.yaml:1:1", true},
		{Path{"a", 0}, "f.yaml:2:5", true},
		{Path{"a", 0, "c.d"}, "f.yaml:3:5", true},
		{Path{"a", 0, "c.d", 1}, "f.yaml:3:14", true},
		{Path{"a", 0, "c", "d"}, "f.yaml:2:5", false}, // the nearest that encloses it
		{Path{"a", 1, "e"}, "f.yaml:4:6", true},
		{Path{"a", 2}, "f.yaml:1:1", false},
		{Path{"z"}, "f.yaml:1:1", false},
	} {
		if got := d.At(c.path); got != c.want || d.Has(c.path) != c.has {
			t.Errorf("%s: %s, %v", c.path, got, d.Has(c.path))
		}
	}
}

func TestPath(t *testing.T) {
	for _, c := range []struct {
		path Path
		want string
	}{
		{nil, ""},
		{Path{"a"}, "a"},
		{Path{"rules", 2, "pattern"}, "rules[2].pattern"},
		{Path{"match", "service.name"}, "match.service.name"},
		{Path{"a", "b c\n"}, `a."b c\n"`},
	} {
		if got := c.path.String(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	p := make(Path, 1, 8)
	a, b := p.Then("x"), p.Then("y")
	if a[1] != "x" || b[1] != "y" {
		t.Error("Then shares its tail")
	}
}

// level is a scalar with a type of its own.
type level int

func (l *level) FromScalar(v any) error {
	if v != "high" {
		return errors.New("expected high")
	}
	*l = 3
	return nil
}

type target struct {
	Text  string            `koanf:"text"`
	On    bool              `koanf:"on"`
	N     int               `koanf:"n"`
	List  []string          `koanf:"list"`
	Map   map[string]string `koanf:"map"`
	Level level             `koanf:"level"`
	Inner []inner           `koanf:"inner"`
	Maybe *[]string         `koanf:"maybe"`

	hidden string
}

type inner struct {
	A string `koanf:"a"`
}

func TestDecode(t *testing.T) {
	d, err := Parse("f.yaml", []byte("text: x\non: true\nn: 3\nlist: [a, b]\nmap: {k.l: v}\nlevel: high\ninner: [{a: 1x}, {}]\nmaybe: []\n"))
	if err != nil {
		t.Fatal(err)
	}
	var got target
	if faults := Decode(d.Value, &got); len(faults) > 0 {
		t.Fatal(faults)
	}
	if got.Text != "x" || !got.On || got.N != 3 || len(got.List) != 2 || got.Map["k.l"] != "v" || got.Level != 3 || got.Inner[0].A != "1x" || len(got.Inner) != 2 || got.Maybe == nil || got.hidden != "" {
		t.Errorf("%+v", got)
	}
	got = target{Text: "kept"}
	if faults := Decode(map[string]any{"text": nil, "maybe": nil}, &got); len(faults) > 0 || got.Text != "kept" || got.Maybe != nil {
		t.Errorf("null is not given: %v, %+v", faults, got)
	}
}

func TestDecodeFaults(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"[]", ": expected a map, found a list"},
		{"texts: x", "texts: unknown key; known here are text, on, n, list, map, level, inner, maybe"},
		{"hidden: x", "hidden: unknown key; known here are text, on, n, list, map, level, inner, maybe"},
		{"text: 1", "text: expected text, found a number: put it in quotes"},
		{"text: 2027-01-01", "text: expected text, found a date: put it in quotes"},
		{"text: [1]", "text: expected text, found a list"},
		{"on: yes please", "on: expected true or false, found text"},
		{"n: 1.5", "n: expected a whole number, found a number"},
		{"n: 99999999999999999999", "n: expected a whole number, found a number"},
		{"list: {a: b}", "list: expected a list, found a map"},
		{"list: [a, 1]", "list[1]: expected text, found a number: put it in quotes"},
		{"map: [a]", "map: expected a map, found a list"},
		{"map: {a: }", "map.a: has no value: give one or take the key out"},
		{"level: low", "level: expected high"},
		{"inner: [{b: 1}]", "inner[0].b: unknown key; known here are a"},
	} {
		d, err := Parse("f.yaml", []byte(c.in))
		if err != nil {
			t.Fatal(err)
		}
		faults := Decode(d.Value, new(target))
		if len(faults) != 1 || faults[0].Path.String()+": "+faults[0].Text != c.want {
			t.Errorf("%q:\n got %v\nwant %s", c.in, faults, c.want)
		}
	}
}

// FuzzParse: a document or an error, never a panic, and every place lies in the
// file, where what is missing at its end counts to the line after it.
func FuzzParse(f *testing.F) {
	f.Add([]byte("a: [1, {b: c}]"))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("? {a: b}\n: c"))
	f.Add([]byte("- !!binary eA==\n- 2027-01-01\n- ~"))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Parse("f.yaml", data)
		if err != nil {
			return
		}
		lines := strings.Count(string(data), "\n") + strings.Count(string(data), "\r") + strings.Count(string(data), "\u0085") + strings.Count(string(data), "\u2028") + strings.Count(string(data), "\u2029") + 1
		for _, m := range d.where {
			if m.line < 1 || m.line > lines+1 || m.column < 1 {
				t.Errorf("line %d of %d, column %d", m.line, lines, m.column)
			}
		}
		var got target
		_ = Decode(d.Value, &got)
	})
}
