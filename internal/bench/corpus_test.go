package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestCorpora holds the corpora to what engine and bench rely on: the same seed gives
// the same bytes, lines have the length of log lines, and what is said to leak is found
// and nothing else.
func TestCorpora(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	for _, dir := range []string{one, two} {
		if err := generate(dir, 3000, 7); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{clean + ".log", hits1 + ".log", hits10 + ".log", values + ".log", manifest} {
		a, err := os.ReadFile(filepath.Join(one, name))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(two, name))
		if err != nil || string(a) != string(b) {
			t.Errorf("%s differs from run to run (%v)", name, err)
		}
		if !utf8.Valid(a) {
			t.Errorf("%s is no UTF-8", name)
		}
	}
	text, err := load(one)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][4]int{clean: {120, 140, 0, 0}, hits1: {120, 140, 15, 45}, hits10: {120, 145, 240, 360}, values: {7, 11, 0, 0}} {
		c := text[name]
		if mean := c.Bytes / c.Lines; mean < want[0] || mean > want[1] {
			t.Errorf("%s: %d bytes a line, want %d to %d", name, mean, want[0], want[1])
		}
		if c.Leaky < want[2] || c.Leaky > want[3] {
			t.Errorf("%s: %d leaky lines, want %d to %d", name, c.Leaky, want[2], want[3])
		}
	}
	if len(text[hits10].Kinds) != len(leakForms) {
		t.Errorf("kinds %v, want each of %d", text[hits10].Kinds, len(leakForms))
	}
	if err := check(text); err != nil {
		t.Error(err)
	}
}

func TestHostile(t *testing.T) {
	for _, unit := range hostileUnits {
		if got := hostile(unit, 1000); len(got) != 1000 || !strings.HasPrefix(got, unit) {
			t.Errorf("%q: %d bytes", unit, len(got))
		}
	}
}

// TestInto replaces what stands between the marks, and only that.
func TestInto(t *testing.T) {
	path := filepath.Join(t.TempDir(), "doc.md")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a\n" + figuresBegin + "\nold\n" + figuresEnd + "\nb\n")
	for range 2 {
		if err := into(path, "new\n"); err != nil {
			t.Fatal(err)
		}
	}
	got, _ := os.ReadFile(path)
	if want := "a\n" + figuresBegin + "\n\nnew\n" + figuresEnd + "\nb\n"; string(got) != want {
		t.Errorf("got %q, want %q", got, want)
	}
	write("no marks")
	if err := into(path, "new"); err == nil || !strings.Contains(err.Error(), figuresBegin) {
		t.Errorf("a document without marks: %v", err)
	}
}

func TestTargets(t *testing.T) {
	same := func(v float64) spread { return spread{v, v, v} }
	got := targetTable([]target{
		{measure: "a", want: 8, got: same(9)},
		{measure: "b", want: 8, got: same(7.9)},
		{measure: "c", want: 1.15, atMost: true, got: same(1.1)},
		{measure: "d", want: 0, atMost: true, got: same(0), note: "the gate"},
		{measure: "e", want: 8, note: "not measured: no peer", absent: true},
	})
	for i, want := range []string{"yes", "no", "yes", "yes", "-"} {
		if met := got.rows[i][5]; met != want {
			t.Errorf("%s: met is %q, want %q", got.rows[i][0], met, want)
		}
	}
}
