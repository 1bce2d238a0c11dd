// Package ruletest holds rules to their own examples: each is put through the whole
// engine and the whole gate, alone and in the surroundings that telemetry has.
package ruletest

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/airtight-telemetry/airtight/internal/detect"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/guard"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/span"
)

// Failure is an example that a rule does not live up to. It never holds the text.
type Failure struct {
	Rule string
	// List is match or ignore, and Number the example's place in it, from 1.
	List   string
	Number int
	// Carrier is what the example was put into.
	Carrier string
	Problem string
}

// String is the failure as a line.
func (f Failure) String() string {
	return fmt.Sprintf("%s: %s example %d, %s: %s", f.Rule, f.List, f.Number, f.Carrier, f.Problem)
}

// Result is what a run came to.
type Result struct {
	// Rules, Examples and Checks are what was tested; a check is one example in one
	// carrier.
	Rules, Examples, Checks int
	// Failures are in the order of the rules and their examples.
	Failures []Failure
}

// Run tests those rules of a policy that only names, or all of them for nil. Every
// rule is looked for whether it is on or not; where it is on and enforced, the gate
// must leave nothing of the value.
func Run(p *policy.Compiled, only func(id string) bool) (Result, error) {
	engine, err := detect.Compile(p.Rules)
	if err != nil {
		return Result{}, err
	}
	// The gate refuses rules that do not find their own first example: then the
	// failures say which, and only the engine is tested.
	g, refused := guard.New(p, finding.Discard{})
	if refused != nil {
		g = nil
	}
	t := tester{policy: p, scope: p.For(field.Resource{}), engine: engine, guard: g, now: time.Now()}
	results := make([]Result, len(p.Rules))
	next := make(chan int)
	var working sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		working.Go(func() {
			for i := range next {
				results[i] = t.rule(i)
			}
		})
	}
	for i := range p.Rules {
		if only == nil || only(p.Rules[i].ID) {
			next <- i
		}
	}
	close(next)
	working.Wait()
	var all Result
	for _, r := range results {
		all.Rules += r.Rules
		all.Examples += r.Examples
		all.Checks += r.Checks
		all.Failures = append(all.Failures, r.Failures...)
	}
	if len(all.Failures) == 0 {
		return all, refused
	}
	return all, nil
}

// tester is a policy under test. It is safe for concurrent use.
type tester struct {
	policy *policy.Compiled
	scope  *policy.Scope
	engine *detect.Engine
	guard  *guard.Guard // nil where the gate refuses the rules
	now    time.Time
}

// carriers are the surroundings that examples are put into.
var carriers = []struct {
	name string
	put  func(example string) carried
}{
	{"alone", func(e string) carried { return carried{text: e, starts: []int{0}} }},
	{"at the start of a text", func(e string) carried { return carried{text: e + after, starts: []int{0}} }},
	{"in the middle of a text", func(e string) carried { return carried{text: before + e + after, starts: []int{len(before)}} }},
	{"at the end of a text", func(e string) carried { return carried{text: before + e, starts: []int{len(before)}} }},
	{"back to back", func(e string) carried { return carried{text: e + "\n" + e, starts: []int{0, len(e) + 1}} }},
	{"inside JSON", inJSON},
}

const (
	before = "10:11:12 INFO "
	after  = "\n[10:11:13] INFO done"
)

// carried is an example in a carrier.
type carried struct {
	text   string
	starts []int
	// offsets, if set, maps offsets in the example to offsets behind a start.
	offsets []int
	json    bool
}

// inJSON puts an example into a string of a JSON object.
func inJSON(example string) carried {
	const head = `{"level":"info","message":"`
	c := carried{starts: []int{len(head)}, json: true, offsets: make([]int, len(example)+1)}
	var b strings.Builder
	for i, r := range example {
		size := len(string(r))
		for n := range size {
			c.offsets[i+n] = b.Len() + n
		}
		b.WriteString(escaped(string(r)))
	}
	c.offsets[len(example)] = b.Len()
	c.text = head + b.String() + `","n":1}`
	return c
}

// escaped is a text as the inside of a JSON string.
func escaped(text string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(text) // a string always encodes
	return strings.TrimSuffix(b.String(), "\n")[1 : b.Len()-2]
}

func (c carried) spans(marks []span.Span) (out []span.Span) {
	for _, start := range c.starts {
		for _, m := range marks {
			if c.offsets != nil {
				m = span.Span{Start: c.offsets[m.Start], End: c.offsets[m.End]}
			}
			out = append(out, m.Shift(start))
		}
	}
	return out
}

// rule tests one rule.
func (t *tester) rule(i int) Result {
	r := &t.policy.Rules[i]
	out := Result{Rules: 1}
	for list, examples := range map[string][]string{"match": r.Examples.Match, "ignore": r.Examples.Ignore} {
		for n, marked := range examples {
			out.Examples++
			example, marks := unmark(marked)
			for _, carrier := range carriers {
				out.Checks++
				c := carrier.put(example)
				problem := ""
				if list == "match" {
					problem = t.match(i, c, c.spans(marks))
				} else {
					problem = t.ignore(i, c)
				}
				if problem != "" {
					out.Failures = append(out.Failures, Failure{r.ID, list, n + 1, carrier.name, problem})
				}
			}
		}
	}
	slices.SortStableFunc(out.Failures, func(a, b Failure) int {
		if a.List != b.List {
			return strings.Compare(b.List, a.List) // match first
		}
		return a.Number - b.Number
	})
	return out
}

// unmark takes the marks out of an example and says what they enclosed.
func unmark(marked string) (text string, marks []span.Span) {
	const open, closing = "«", "»"
	var b strings.Builder
	for {
		head, rest, ok := strings.Cut(marked, open)
		b.WriteString(head)
		if !ok {
			return b.String(), marks
		}
		value, tail, _ := strings.Cut(rest, closing)
		marks = append(marks, span.Span{Start: b.Len(), End: b.Len() + len(value)})
		b.WriteString(value)
		marked = tail
	}
}

// found is where rule i finds something in a text that acts.
func (t *tester) found(i int, text string) (spans []span.Span, doubtful bool) {
	in := detect.Text{Text: text, Want: t.engine.All(), MaxDepth: t.policy.Limits.MaxDepth, MaxDecode: t.policy.Limits.MaxDecode}
	for _, m := range t.engine.Scan(nil, []detect.Text{in}) {
		if m.Reason != field.ReasonNone || m.Rule != i || t.policy.Allowed(i, m.Value, t.now) {
			continue
		}
		if m.Confidence < t.scope.Rule(i).MinConfidence {
			doubtful = true
			continue
		}
		spans = append(spans, m.Span)
	}
	return span.Merge(spans), doubtful
}

func (t *tester) match(i int, c carried, want []span.Span) (problem string) {
	got, doubtful := t.found(i, c.text)
	switch {
	case len(got) == 0 && doubtful:
		return "is found with a confidence that does not act"
	case len(got) == 0:
		return "is not found"
	}
	for _, w := range want {
		if slices.Contains(got, w) {
			continue
		}
		switch n := slices.IndexFunc(got, w.Overlaps); {
		case n < 0:
			return "a marked value is not found"
		case got[n].Contains(w):
			return fmt.Sprintf("more than the marked value is found: %d bytes before and %d after it", w.Start-got[n].Start, got[n].End-w.End)
		default:
			return fmt.Sprintf("only %d of the %d bytes marked are found", min(got[n].End, w.End)-max(got[n].Start, w.Start), w.Len())
		}
	}
	if len(want) > 0 && len(got) > len(want) {
		return "something that is not marked is found"
	}
	if t.guard != nil && t.scope.Want().Has(i) && t.scope.Rule(i).Enforce {
		return t.gate(c, want)
	}
	return ""
}

func (t *tester) ignore(i int, c carried) (problem string) {
	if got, _ := t.found(i, c.text); len(got) > 0 {
		return "something is found"
	}
	return ""
}

// gate sends the text through the gate, twice.
func (t *tester) gate(c carried, want []span.Span) (problem string) {
	out, gone := t.redact(c.text)
	if gone {
		return ""
	}
	for _, w := range want {
		if strings.Count(out, w.In(c.text)) >= strings.Count(c.text, w.In(c.text)) {
			return "the value survives the gate"
		}
	}
	if c.json && !json.Valid([]byte(out)) {
		return "is no JSON any more after the gate"
	}
	if again, gone := t.redact(out); gone || again != out {
		return "changes when it passes the gate again"
	}
	return ""
}

// redact is what the gate makes of a text; gone says that nothing is left.
func (t *tester) redact(text string) (out string, gone bool) {
	s := t.guard.Session(context.Background())
	defer s.Close()
	s.Add(field.Slot{Place: field.Place{Part: field.Line}, Text: text})
	edits, drops := s.Resolve()
	for _, e := range edits {
		if e.Op == field.DropField {
			return "", true
		}
		text = strings.Clone(e.Text)
	}
	return text, len(drops) > 0
}

// Policy is a policy under which every rule of the catalogue is on.
func Policy(c *rule.Catalogue) *policy.Policy {
	p := policy.Default()
	p.Packs = c.Packs()
	return p
}
