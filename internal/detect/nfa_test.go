package detect

import (
	"regexp"
	"strings"
	"testing"
)

// patterns are tried against texts by the tests of the machine and the planner,
// and seed the fuzz targets.
var patterns = []string{
	`(?:\b|\x1b\[[0-9;]*m)(?P<value>cio[0-9]{2,4})`, `(?:^|a+b)xyz+`, `(?:\b|x1y)(?:xyzz|zzz)[0-9]`, `(?:|[xyz]+m)xyzzy[0-9]`,
	`ghp_[0-9A-Za-z]{36}`,
	`\bAKIA[0-9A-Z]{16}\b`,
	`(?i)secret[ :=]+(?P<value>\w+)`,
	`\b\d{3}-\d{2}-\d{4}\b`,
	`a+b*?c|ab`,
	`(?:foo|foobar)(?P<value>baz)?`,
	`^abc$`,
	`(?m)^abc$`,
	`\Bx\B`,
	`[^\x00-\x7F]+y`,
	`(?s)-----BEGIN .*?-----END`,
	`(?i)kelvin`,
	`(?:a|b|c){2,4}z`,
	`x*yx*`,
	`[a-z0-9.]{1,10}@[a-z]{2,10}\.[a-z]{2,4}`,
	`\x{FFFD}k`,
	`(a|ab)(c|bcd)(d*)`,
}

var texts = []string{
	"cio12 acio34 \x1b[31mcio5678 \x1b[0;1mcio90\x1b[m", "xyz aabxyz bxyzz xyzaabxyz", "xyzz1 x1yxyzz2x1yzzz3", "xyzzy1 xyzmxyzzy2xyzzymxyzzy3",
	"", "ghp_0123456789abcdefghijABCDEFGHIJ012345", "xAKIAABCDEFGHIJKLMNOP AKIAABCDEFGHIJKLMNOP",
	"Secret = hunter2, SECRET:x", "123-45-6789 1123-45-6789 123-45-67890", "aabbc abc ab", "foobarbaz foobaz foo",
	"abc\nabc", "axb x xx xxx", "日本y é\xffy", "-----BEGIN A-----END -----BEGIN", "\u212aelvin kelvin KELVIN",
	"abcaz aaz bbbbbz", "xxyxx y", "joe@example.com a@b.c", "\xffk\uFFFDk", "abcd",
}

func TestMachine(t *testing.T) {
	for _, p := range patterns {
		for _, text := range texts {
			checkMachine(t, p, text)
		}
	}
}

func FuzzMachine(f *testing.F) {
	for _, p := range patterns {
		for _, text := range texts {
			f.Add(p, text)
		}
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if usable(pattern, text) {
			checkMachine(t, pattern, text)
		}
	})
}

func usable(pattern, text string) bool {
	if len(pattern) > 60 || len(text) > 300 || strings.Contains(pattern, "value") && strings.Count(pattern, "?P<") > 1 {
		return false
	}
	re, err := regexp.Compile(pattern)
	return err == nil && re.NumSubexp() < 5
}

// checkMachine holds every match of a pattern against Go's regexp.
func checkMachine(t *testing.T, pattern, text string) {
	t.Helper()
	oracle := regexp.MustCompile(pattern)
	re, err := parse(pattern)
	if err != nil {
		t.Fatalf("%q: %v", pattern, err)
	}
	p, err := newProgram(re)
	if err != nil {
		t.Fatalf("%q: %v", pattern, err)
	}
	want := found{-1, -1, -1, -1}
	if m := oracle.FindStringSubmatchIndex(text); m != nil {
		want.start, want.end = m[0], m[1]
		if g := oracle.SubexpIndex("value"); g > 0 {
			want.valueStart, want.valueEnd = m[2*g], m[2*g+1]
		}
	}
	got, ok, _ := new(machine).find(p, text, 0, len(text))
	if !ok {
		got = found{-1, -1, -1, -1}
	}
	if got != want {
		t.Errorf("%q in %q: got %v, want %v", pattern, text, got, want)
	}
}
