package ruletest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/guard"
	"github.com/airtight-telemetry/airtight/internal/pdatawalk"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// catalogue is the rules that ship and a gate with all of them on.
func catalogue(tb testing.TB) ([]rule.Rule, *guard.Guard) {
	tb.Helper()
	c, err := rule.Load(configs.Rules())
	if err != nil {
		tb.Fatal(err)
	}
	p, err := policy.Compile(Policy(c), c, time.Now())
	if err != nil {
		tb.Fatal(err)
	}
	g, err := guard.New(p, finding.Discard{})
	if err != nil {
		tb.Fatal(err)
	}
	return p.Rules, g
}

// stream is a batch of log records that follow one another.
func stream(bodies ...string) plog.Logs {
	ld := plog.NewLogs()
	records := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	for _, b := range bodies {
		records.AppendEmpty().Body().SetStr(b)
	}
	return ld
}

func walk(g *guard.Guard, ld plog.Logs) {
	s := g.Session(context.Background())
	defer s.Close()
	pdatawalk.Logs(s, ld, pdatawalk.Limits{})
}

func records(ld plog.Logs) plog.LogRecordSlice {
	return ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords()
}

// bodies sends texts through the gate as records of one stream.
func bodies(g *guard.Guard, texts ...string) []string {
	ld := stream(texts...)
	walk(g, ld)
	var out []string
	for _, r := range records(ld).All() {
		out = append(out, r.Body().AsString())
	}
	return out
}

// elements sends texts through the gate as elements of one array.
func elements(g *guard.Guard, texts ...string) []string {
	ld := stream("started")
	array := records(ld).At(0).Attributes().PutEmptySlice("lines")
	for _, text := range texts {
		array.AppendEmpty().SetStr(text)
	}
	walk(g, ld)
	var out []string
	for _, v := range array.All() {
		out = append(out, v.AsString())
	}
	return out
}

// share counts what was kept from view.
type share struct{ hidden, all int }

func (s *share) count(hidden bool) {
	s.all++
	if hidden {
		s.hidden++
	}
}

func (s share) percent() float64 { return 100 * float64(s.hidden) / float64(max(1, s.all)) }

func (s share) String() string { return fmt.Sprintf("%.1f %% of %d", s.percent(), s.all) }

// TestBlocksOverRecords breaks the examples of the rules for keys in a text form over
// records and array elements, a line each, as loggers do.
func TestBlocksOverRecords(t *testing.T) {
	const goal = 95
	rules, g := catalogue(t)
	roads := []struct {
		name string
		line func(n int, line string) string
		send func(*guard.Guard, ...string) []string
	}{
		{"bare", func(_ int, l string) string { return l }, bodies},
		{"behind a time", func(n int, l string) string {
			return fmt.Sprintf("2026-03-01T10:11:%02d.%03dZ stdout F %s", n, n*37, l)
		}, bodies},
		{"in logfmt", func(n int, l string) string { return fmt.Sprintf(`ts=%d level=info msg="%s"`, 1700000000+n, l) }, bodies},
		{"in JSON", func(n int, l string) string { return fmt.Sprintf(`{"log":"%s\n","stream":"stdout","n":%d}`, l, n) }, bodies},
		{"as elements", func(_ int, l string) string { return l }, elements},
	}
	for _, road := range roads {
		var lines share
		for i := range rules {
			for _, marked := range rules[i].Examples.Match {
				example, marks := unmark(marked)
				if len(marks) != 1 || strings.Count(marks[0].In(example), "\n") < 1 || !strings.Contains(example, "KEY") && !strings.Contains(example, "PuTTY") || strings.Contains(example, `"`) {
					continue
				}
				var texts []string
				for n, line := range strings.Split(example, "\n") {
					texts = append(texts, road.line(n, line))
				}
				out := road.send(g, texts...)
				for n, line := range strings.Split(marks[0].In(example), "\n") {
					if len(line) >= 16 && !strings.HasPrefix(line, "-") && !strings.Contains(line, ":") {
						hidden := !strings.Contains(strings.Join(out, "\n"), line)
						if lines.count(hidden); !hidden {
							t.Logf("%s: line %d of an example of %s is not masked", road.name, n+1, rules[i].ID)
						}
					}
				}
			}
		}
		t.Logf("keys over records, %s: %s lines", road.name, lines)
		if lines.all == 0 || lines.percent() < goal {
			t.Errorf("%s: %s lines are masked, want %d %%", road.name, lines, goal)
		}
	}
}

// TestSplits breaks the catalogue's own match examples in two at every place within
// the value, and sends the halves as two records or elements.
func TestSplits(t *testing.T) {
	const goal, points, shown = 50, 8, 3
	rules, g := catalogue(t)
	for _, road := range []struct {
		name string
		head string
		send func(*guard.Guard, ...string) []string
	}{
		{"two records", "", bodies},
		{"two records, the first with a head", "10:11:12 INFO ", bodies},
		{"two elements", "", elements},
	} {
		var all share
		classes := map[rule.Class]*share{}
		for i := range rules {
			r := &rules[i]
			if classes[r.Class] == nil {
				classes[r.Class] = &share{}
			}
			for _, marked := range r.Examples.Match {
				example, marks := unmark(marked)
				if len(marks) == 0 {
					continue
				}
				m := marks[0]
				for n := 1; n <= points; n++ {
					cut := m.Start + n*m.Len()/(points+1)
					if cut <= m.Start || cut >= m.End {
						continue
					}
					out := road.send(g, road.head+example[:cut], example[cut:])
					hidden := gone(out[0], example[m.Start:cut], shown) && gone(out[1], example[cut:m.End], shown)
					all.count(hidden)
					classes[r.Class].count(hidden)
				}
			}
		}
		t.Logf("values split over %s: %s", road.name, all)
		for _, c := range rule.Classes() {
			if s := classes[c]; s != nil {
				t.Logf("  %s: %s", c, *s)
			}
		}
		if all.percent() < goal {
			t.Errorf("%s: %s are masked, want %d %%", road.name, all, goal)
		}
	}
}

// gone reports whether part no longer stands in text; one too short to tell counts.
func gone(text, part string, shown int) bool {
	return len(part) < shown || !strings.Contains(text, part)
}

// TestNamesAndValues puts the values of key rules beside their key, as entries of one
// record and as elements of one array, wherever the same value is masked under the key
// itself.
func TestNamesAndValues(t *testing.T) {
	const goal = 80
	rules, g := catalogue(t)
	forms := []struct {
		name string
		put  func(attributes pcommon.Map, key, value string)
	}{
		{"name and value", func(m pcommon.Map, key, value string) { m.PutStr("name", key); m.PutStr("value", value) }},
		{"key and value", func(m pcommon.Map, key, value string) { m.PutStr("key", key); m.PutStr("value", value) }},
		{"header.name and header.value", func(m pcommon.Map, key, value string) {
			m.PutStr("header.name", key)
			m.PutStr("header.value", value)
		}},
		{"a list of entries as OTLP has it", func(m pcommon.Map, key, value string) {
			entry := m.PutEmptySlice("settings").AppendEmpty().SetEmptyMap()
			entry.PutStr("key", key)
			entry.PutEmptyMap("value").PutStr("stringValue", value)
		}},
		{"a flag and its argument", func(m pcommon.Map, key, value string) {
			args := m.PutEmptySlice("process.command_args")
			args.AppendEmpty().SetStr("--" + key)
			args.AppendEmpty().SetStr(value)
		}},
		{"two elements", func(m pcommon.Map, key, value string) {
			pair := m.PutEmptySlice("setting")
			pair.AppendEmpty().SetStr(key)
			pair.AppendEmpty().SetStr(value)
		}},
	}
	hidden := func(put func(pcommon.Map, string, string), key, value string) bool {
		ld := stream("started")
		put(records(ld).At(0).Attributes(), key, value)
		walk(g, ld)
		return !strings.Contains(fmt.Sprint(records(ld).At(0).Attributes().AsRaw()), value)
	}
	shares := make([]share, len(forms))
	for i := range rules {
		r := &rules[i]
		if r.Class != rule.Secret {
			continue
		}
		for _, key := range r.Keys {
			name := strings.ReplaceAll(strings.TrimSuffix(key, " *"), " ", "_")
			for _, marked := range r.Examples.Match {
				example, marks := unmark(marked)
				if len(marks) == 0 || strings.ContainsAny(marks[0].In(example), "\n%") {
					continue
				}
				value := marks[0].In(example)
				if !hidden(func(m pcommon.Map, key, value string) { m.PutStr(key, value) }, name, value) {
					continue
				}
				for f := range forms {
					shares[f].count(hidden(forms[f].put, name, value))
				}
			}
		}
	}
	for f, s := range shares {
		t.Logf("%s: %s are masked", forms[f].name, s)
		if s.percent() < goal {
			t.Errorf("%s: %s are masked, want %d %%", forms[f].name, s, goal)
		}
	}
}

// TestPropagation plants the catalogue's secrets in an attribute that gives them away
// and, bare, all over the rest of a batch.
func TestPropagation(t *testing.T) {
	const goal = 80
	rules, g := catalogue(t)
	var all share
	for i := range rules {
		if rules[i].Class != rule.Secret {
			continue
		}
		for _, marked := range rules[i].Examples.Match {
			example, marks := unmark(marked)
			if len(marks) == 0 || marks[0].Len() < 16 || strings.ContainsAny(marks[0].In(example), " \n\"\\") {
				continue
			}
			value := marks[0].In(example)
			ld := stream(example, "got "+value+" again", `{"note":"`+value+`"}`)
			records(ld).At(0).Attributes().PutStr(value, "x")
			records(ld).At(2).Attributes().PutStr("list", "a,"+value+",b")
			walk(g, ld)
			var left []string
			for _, r := range records(ld).All() {
				left = append(left, r.Body().AsString(), fmt.Sprint(r.Attributes().AsRaw()))
			}
			all.count(!strings.Contains(strings.Join(left, "\n"), value))
		}
	}
	t.Logf("secrets masked everywhere in a batch: %s", all)
	if all.percent() < goal {
		t.Errorf("%s are masked everywhere, want %d %%", all, goal)
	}
}
