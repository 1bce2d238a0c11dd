package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/airtight-telemetry/airtight/internal/rule"
)

// table writes a heading for each file and a line for each finding under it.
type table struct {
	out     *bufio.Writer
	options Options
	path    string
	found   int
	files   int
	rules   map[string]int
	width   int // of the widest rule id
}

func newTable(w io.Writer, o Options) Writer {
	return &table{out: bufio.NewWriter(w), options: o, rules: map[string]int{}, width: 24}
}

var severityColours = map[string]string{"critical": "1;31", "high": "31", "medium": "33", "low": "36"}

func (t *table) colour(code, text string) string {
	if !t.options.Colour || code == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (t *table) Write(f Finding) error {
	if f.Path != t.path || t.found == 0 {
		if t.found > 0 {
			fmt.Fprintln(t.out)
		}
		fmt.Fprintln(t.out, t.colour("1", f.Path))
		t.path = f.Path
		t.files++
	}
	t.found++
	t.rules[f.Rule]++
	t.width = max(t.width, len(f.Rule))
	where := fmt.Sprintf("%d:%d-%d", f.Line, f.Column+1, f.EndColumn)
	if f.Field != "" {
		where = fmt.Sprintf("%d %s", f.Line, f.Field)
	}
	fmt.Fprintf(t.out, "  %-14s  %s  %-*s  %s\n", where,
		t.colour(severityColours[f.Severity], fmt.Sprintf("%-8s", f.Severity)), t.width, f.Rule, t.options.describe(f.Rule).Description)
	return t.out.Flush()
}

func (t *table) Close(s Summary) error {
	if t.found > 0 {
		fmt.Fprintln(t.out)
	}
	fmt.Fprintf(t.out, "%s in %d of %s, %s read", plural(t.found, "finding"), t.files, plural(s.Files, "file"), bytes(s.Bytes))
	if s.Skipped > 0 {
		fmt.Fprintf(t.out, ", %s skipped", plural(s.Skipped, "binary file"))
	}
	fmt.Fprintln(t.out)
	ids := slices.SortedFunc(maps.Keys(t.rules), func(a, b string) int {
		return cmp.Or(cmp.Compare(t.rules[b], t.rules[a]), strings.Compare(a, b))
	})
	for _, id := range ids {
		r := t.options.describe(id)
		fmt.Fprintf(t.out, "  %6d  %-*s  %s\n", t.rules[id], t.width, id, advice(r))
	}
	return t.out.Flush()
}

// advice is what to do about a finding.
func advice(r rule.Rule) string {
	if r.Revoke != "" {
		return "revoke: " + r.Revoke
	}
	return string(r.Class)
}
