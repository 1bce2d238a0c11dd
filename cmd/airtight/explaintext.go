package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/airtight-telemetry/airtight/internal/action"
	"github.com/airtight-telemetry/airtight/internal/detect"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/linewalk"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/span"
)

// explainer says of texts what a policy does with them and why. It asks the engine
// with every rule on, so that it can name the ones that are off.
type explainer struct {
	reasons    reasons
	compiled   *policy.Compiled
	scope      *policy.Scope
	engine     *detect.Engine
	recogniser *action.Recogniser
	walker     *linewalk.Walker
	under      string
	out        *bufio.Writer
}

func newExplainer(file string, format linewalk.Format, under string, out io.Writer) (*explainer, error) {
	why, compiled, err := loadReasons(file)
	if err != nil {
		return nil, err
	}
	engine, err := detect.Compile(compiled.Rules)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(compiled.Rules))
	for i := range compiled.Rules {
		ids[i] = compiled.Rules[i].ID
	}
	return &explainer{
		reasons: why, compiled: compiled, scope: compiled.For(field.Resource{}), engine: engine,
		recogniser: action.NewRecogniser(ids, compiled.TrustedKeyIDs),
		walker:     linewalk.New(linewalk.Options{Format: format, MaxDepth: compiled.Limits.MaxDepth}, nil),
		under:      under, out: bufio.NewWriter(out),
	}, nil
}

// slots gathers the texts of a batch.
type slots struct{ all []field.Slot }

func (s *slots) Resource(field.Resource) {}
func (s *slots) Add(slot field.Slot)     { s.all = append(s.all, slot) }

// text explains a batch of lines.
func (e *explainer) text(b linewalk.Batch) error {
	var s slots
	said := 0
	for _, u := range e.walker.Collect(&s, b) {
		e.heading(fmt.Sprintf("%d", b.First+u.Line), "what can't be examined becomes a tombstone, "+u.Reason.TombstoneText())
		e.detail("cure", cureOf(u.Reason))
		said++
	}
	for _, slot := range s.all {
		if slot.Place.Part == field.Line && e.under != "" {
			slot.Place.Part, slot.Place.Path, slot.Place.Key = field.Attribute, e.under, e.under
		}
		said += e.slot(b.First, slot)
	}
	if said == 0 {
		lines := strings.Count(strings.TrimSuffix(b.Text, "\n"), "\n") + 1
		where := fmt.Sprintf("line %d", b.First)
		if lines > 1 {
			where = fmt.Sprintf("lines %d to %d", b.First, b.First+lines-1)
		}
		fmt.Fprintf(e.out, "%s: left as it is: no rule and no field list has anything to say of it\n", where)
	}
	return e.out.Flush()
}

// slot explains one text and returns how many things it said.
func (e *explainer) slot(first int, slot field.Slot) (said int) {
	d := e.scope.Place(slot.Place, slot.Kind)
	where := func(at span.Span) string {
		l := e.walker.Locate(slot.Ref, at)
		return fmt.Sprintf("%d:%d-%d", first+l.Line, l.Span.Start, l.Span.End)
	}
	whole := where(span.Span{End: len(slot.Text)})
	if name, why := e.reasons.field(d, slot); name != "" {
		e.heading(whole, name)
		e.detail("policy", why)
		said++
		if d.Verdict == policy.Drop || d.Verdict == policy.MaskAll || d.Verdict == policy.Remove {
			return said
		}
	}
	if d.Verdict == policy.LeaveShape && d.Shape(slot.Text) {
		e.heading(whole, "left unexamined")
		e.detail("policy", "an id of the semantic conventions in the shape it should have (pack telemetry)")
		return said + 1
	}
	text := detect.Text{
		Text: slot.Text, Key: slot.Place.Key, Want: e.engine.All(),
		MaxDepth: e.compiled.Limits.MaxDepth, MaxDecode: e.compiled.Limits.MaxDecode,
	}
	if slot.Kind == field.Key {
		text.Key = ""
	}
	if e.scope.MasksKeys() {
		text.Mask = e.scope
	}
	var refused []detect.Event
	matches := e.engine.Explain(text, func(ev detect.Event) {
		if ev.Kind != detect.Matched && ev.Kind != detect.Candidate {
			refused = append(refused, ev)
		}
	})
	slices.SortStableFunc(matches, func(a, b detect.Match) int {
		return cmp.Or(span.Compare(a.Span, b.Span), cmp.Compare(a.Rule, b.Rule))
	})
	exempt := e.recogniser.Find(nil, slot.Text)
	matched := map[int]bool{}
	for i, m := range matches {
		if i > 0 && m.Span == matches[i-1].Span && m.Rule == matches[i-1].Rule && m.Reason == matches[i-1].Reason {
			continue
		}
		matched[m.Rule] = true
		e.match(where(m.Span), m, d, exempt)
		said++
	}
	return said + e.refusals(whole, refused, matched)
}

// match explains one match.
func (e *explainer) match(where string, m detect.Match, d policy.Decision, exempt []span.Span) {
	if m.Reason != field.ReasonNone {
		e.heading(where, "becomes a tombstone, "+m.Reason.TombstoneText())
		e.detail("policy", "limits, on_error")
		return
	}
	if m.Rule == detect.FieldRule {
		e.heading(where, "masked as [redacted:"+action.FieldID+"]")
		e.detail("policy", e.reasons.at("a key inside the text is listed", "fields", "mask"))
		return
	}
	r, o := &e.compiled.Rules[m.Rule], e.scope.Rule(m.Rule)
	outcome, why := e.outcome(m, d, exempt)
	e.heading(where, outcome)
	e.detail("rule", describe(r))
	e.detail("found by", e.foundBy(m.Rule))
	if len(r.Validators) > 0 {
		e.detail("validator", strings.Join(r.Validators, ", ")+": holds")
	}
	if len(r.Keywords) > 0 {
		e.detail("keyword", "one of "+quoteList(r.Keywords)+" stands before it or in its key")
	}
	e.detail("confidence", e.reasons.confidence(r, m.Confidence, o))
	e.detail("policy", why)
}

// outcome is what becomes of a match of a rule, and what decided it.
func (e *explainer) outcome(m detect.Match, d policy.Decision, exempt []span.Span) (outcome, why string) {
	r, o := &e.compiled.Rules[m.Rule], e.scope.Rule(m.Rule)
	least := o.MinConfidence
	if d.Verdict == policy.Leave {
		least = rule.High
	}
	for _, x := range exempt {
		if x.Contains(m.Span) {
			return "left: it is a replacement already", "the replacement has the right form"
		}
	}
	switch {
	case !e.scope.Want().Has(m.Rule):
		return "left: the rule is off", e.reasons.off(r)
	case d.Verdict == policy.Leave && !e.scope.LeaveWant().Has(m.Rule):
		return "left: the field is one to leave", e.reasons.at("the field is listed", "fields", "leave")
	case m.Confidence < least:
		return "left: not confident enough", e.reasons.strictness(d)
	case e.compiled.Allowed(m.Rule, m.Value, time.Now()):
		return "left: the value is exempt", e.reasons.exempt(r, m.Value)
	case !o.Enforce:
		return "left and counted: shadow mode", e.reasons.mode(r)
	}
	why = e.reasons.action(r, o.Action)
	switch o.Action {
	case action.Mask:
		form := action.Append(nil, action.Mask, "", action.Slot{RuleID: r.ID, Class: r.Class, Form: m.Form, Literal: m.Literal}, nil)
		return "masked as " + string(form), why
	case action.Drop:
		return "the field is dropped", why
	case action.DropRecord:
		return "the record is dropped", why
	}
	return "replaced by action " + o.Action.String(), why
}

// refusals explains what rules turned down, rule by rule.
func (e *explainer) refusals(where string, refused []detect.Event, matched map[int]bool) (said int) {
	seen := map[detect.Event]bool{}
	for _, ev := range refused {
		ev.Span = span.Span{}
		if seen[ev] || matched[ev.Rule] || !e.scope.Want().Has(ev.Rule) {
			continue
		}
		seen[ev] = true
		r := &e.compiled.Rules[ev.Rule]
		why := ""
		switch ev.Kind {
		case detect.Invalid:
			why = "validator " + ev.Detail + " turned a value down"
		case detect.NoKeyword:
			why = "none of the keywords " + quoteList(r.Keywords) + " stands before the value or in its key"
		case detect.NoPattern:
			why = "the key fits and the value does not have the form"
		}
		e.heading(where, "left: "+why)
		e.detail("rule", describe(r))
		said++
	}
	return said
}

// foundBy says what made the engine look.
func (e *explainer) foundBy(i int) string {
	switch p := e.engine.Plan(i); p.Lane {
	case "literal":
		return "literal " + quoteList(p.Literals)
	case "keyword":
		return "keyword " + quoteList(p.Literals)
	case "key":
		return "its key, which ends in one of " + quoteList(e.compiled.Rules[i].Keys)
	case "shape":
		return "the shape of its first bytes"
	}
	return "its pattern, searched in every text"
}

func (e *explainer) heading(where, what string) { fmt.Fprintf(e.out, "%-10s %s\n", where, what) }

func (e *explainer) detail(name, text string) {
	if text != "" {
		fmt.Fprintf(e.out, "    %-11s %s\n", name, text)
	}
}

// describe names a rule with what it finds.
func describe(r *rule.Rule) string {
	about := []string{string(r.Class)}
	if r.Severity != "" {
		about = append(about, r.Severity)
	}
	text := r.ID + " (" + strings.Join(about, ", ") + ")"
	if r.Description != "" {
		text += ": " + r.Description
	}
	return text
}

// quoteList names a few of many literals.
func quoteList(list []string) string {
	const most = 6
	shown := make([]string, 0, most)
	for _, s := range list[:min(most, len(list))] {
		shown = append(shown, fmt.Sprintf("%q", s))
	}
	text := strings.Join(shown, ", ")
	if n := len(list) - most; n > 0 {
		text += fmt.Sprintf(" or %d more", n)
	}
	return text
}
