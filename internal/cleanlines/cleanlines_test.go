package main

import (
	"bufio"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestChanges(t *testing.T) {
	for _, c := range []struct{ line, masked, want string }{
		{"a b", "a b", ""},
		{"key=abc x", "key=[redacted:r] x", "r «abc»"},
		{"key=abc", "key=[redacted:r]", "r «abc»"},
		{"abc", "[redacted:r-2]", "r-2 «abc»"},
		{"a=1 b=2\n", "a=[redacted:r] b=[redacted:q]\n", "r «1», q «2»"},
		{"[redacted:r] b=2", "[redacted:r] b=[redacted:q]", "q «2»"},
		{"ab", "[redacted:r][redacted:q]", "r «», q «ab»"},
		{"a\\u0062", "ab", "altered «»"},
		{"key=abc", "[airtight: budget]", "altered «»"},
		{"key=abc x", "key=[redacted:r] y", "altered «»"},
	} {
		var got []string
		for _, ch := range changes(c.line, c.masked) {
			got = append(got, ch.rule+" «"+ch.value+"»")
		}
		if got := strings.Join(got, ", "); got != c.want {
			t.Errorf("changes(%q, %q) = %s, want %s", c.line, c.masked, got, c.want)
		}
	}
}

func TestSkeleton(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "",
		"took 15 ms":                    "took 0 ms",
		"blob 9f86d081884c7d65 gone":    "blob h gone",
		"at 2026-11-25T10:11:12.345Z":   "at x:0:0.x",
		"id 01JD8Z3KQ0V6T1X2Y3Z4A5B6C7": "id x",
		"deadbeef face":                 "deadbeef face",
	} {
		if got := skeleton(text); got != want {
			t.Errorf("skeleton(%q) = %q, want %q", text, got, want)
		}
	}
}

// The values are those of Garwood's table.
func TestUpperBound(t *testing.T) {
	for k, want := range map[int]float64{0: 2.996, 1: 4.744, 2: 6.296, 5: 10.513, 10: 16.962, 30: 40.691} {
		if got := upperBound(k); math.Abs(got-want) > 0.001 {
			t.Errorf("upperBound(%d) = %.3f, want %.3f", k, got, want)
		}
	}
}

func TestTemplate(t *testing.T) {
	for line, want := range map[string]string{
		`plain`:           "plain",
		`{"n": 1} {word`:  `{"n": 1} {word`,
		`a\r\n\x00{nope}`: "a\r\n\x00{nope}",
	} {
		made, err := parse(line)
		if err != nil {
			t.Fatalf("parse(%q): %v", line, err)
		}
		if got := string(made.append(nil, source(1))); got != want {
			t.Errorf("%q becomes %q, want %q", line, got, want)
		}
	}
	for name := range places {
		made, err := parse("<{" + name + "}>")
		if err != nil {
			t.Fatal(err)
		}
		if got := string(made.append(nil, source(1))); len(got) < 3 || strings.Contains(got, "{") {
			t.Errorf("{%s} becomes %q", name, got)
		}
	}
	if _, err := parse(`\q`); err == nil {
		t.Error(`\q is no escape, and was taken`)
	}
}

func TestLoadsAreTemplates(t *testing.T) {
	files, err := filepath.Glob("load/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no loads: %v", err)
	}
	for _, file := range files {
		if _, err := readTemplates(file); err != nil {
			t.Error(err)
		}
	}
}

func TestCompareCounts(t *testing.T) {
	m := &measurement{
		classes: map[string]string{"r": "secret", "q": "contact"},
		kinds:   map[kindKey]*kind{},
		judged:  map[kindKey]string{},
	}
	file := filepath.Join(t.TempDir(), "x.tsv")
	in, out := "a\nk=1\nk=2 m=x\n", "a\nk=[redacted:r]\nk=[redacted:r] m=[redacted:q]\n"
	measured := func() *system {
		s := &system{name: "s", byRule: map[string]int{}, byClass: map[string]int{}, falseAlarms: map[string]int{}}
		clear(m.kinds)
		if err := m.compare(s, bufio.NewReader(strings.NewReader(in)), bufio.NewReader(strings.NewReader(out))); err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := measured()
	if s.lines != 3 || s.distinct != 3 || s.changed != 2 || s.byRule["r"] != 2 || s.byRule["q"] != 1 || s.falseAlarms["secret"] != 2 {
		t.Errorf("%+v", s)
	}
	// Judgements are kept from one measurement to the next.
	if err := m.writeKinds(file); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(data), "?\ts\tr", "true\ts\tr")), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := m.readJudgements(file); err != nil {
		t.Fatal(err)
	}
	if s := measured(); s.falseAlarms["secret"] != 0 || s.falseAlarms["contact"] != 1 {
		t.Errorf("after judging: %+v", s)
	}
	if err := m.compare(s, bufio.NewReader(strings.NewReader("a\nb\n")), bufio.NewReader(strings.NewReader("a\n"))); err == nil {
		t.Error("a line that did not come out is no error")
	}
}
