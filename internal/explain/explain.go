// Package explain says why a policy masks a text or does not: what each rule went
// by, what turned a value down, and the line of the policy that decided. A value is
// named by its place and never quoted.
package explain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/airtight-telemetry/airtight/internal/action"
	"github.com/airtight-telemetry/airtight/internal/detect"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/guard"
	"github.com/airtight-telemetry/airtight/internal/linewalk"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/span"
)

// Explainer explains texts under one policy. It asks the engine with every rule on,
// so that it can name the ones that are off. It is safe for concurrent use.
type Explainer struct {
	reasons    Reasons
	compiled   *policy.Compiled
	scope      *policy.Scope
	engine     *detect.Engine
	recogniser *action.Recogniser
	// guard is the gate under the policy, made when it is first asked for.
	guard func() (*guard.Guard, error)
}

// New explains by the policy file over the default policy; without a file by the
// default policy.
func New(file string) (*Explainer, error) {
	why, compiled, err := Load(file)
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
	e := &Explainer{
		reasons: why, compiled: compiled, scope: compiled.For(field.Resource{}), engine: engine,
		recogniser: action.NewRecogniser(ids, compiled.TrustedKeyIDs),
	}
	e.guard = sync.OnceValues(func() (*guard.Guard, error) { return guard.New(compiled, finding.Discard{}) })
	return e, nil
}

// Walker returns a walker of lines in a format, for Batch.
func (e *Explainer) Walker(format linewalk.Format) *linewalk.Walker {
	return linewalk.New(linewalk.Options{Format: format, MaxDepth: e.compiled.Limits.MaxDepth}, nil)
}

// Statement is one thing there is to say of a stretch of text.
type Statement struct {
	// Line is the number of the line and Span where in it, in bytes.
	Line int
	Span span.Span
	// Unplaced is set where something about the whole line is said; there is no Span.
	Unplaced bool
	// Outcome is what becomes of the stretch.
	Outcome string
	// Details are the reasons, in the order in which to read them.
	Details []Detail
}

// Detail is a reason of one kind.
type Detail struct{ Name, Text string }

func (s *Statement) add(name, text string) {
	if text != "" {
		s.Details = append(s.Details, Detail{name, text})
	}
}

// explanation gathers what there is to say of one batch.
type explanation struct {
	*Explainer
	walker *linewalk.Walker
	first  int
	said   []Statement
}

// slots gathers the texts of a batch.
type slots struct{ all []field.Slot }

func (s *slots) Resource(field.Resource) {}
func (s *slots) Add(slot field.Slot)     { s.all = append(s.all, slot) }

// Batch explains a batch of lines. under, unless it is empty, is the path of the
// attribute that lines of text are the value of. Nothing to say means that no rule
// and no field list has anything to do with the lines.
func (e *Explainer) Batch(w *linewalk.Walker, b linewalk.Batch, under string) []Statement {
	var s slots
	x := &explanation{Explainer: e, walker: w, first: b.First}
	for _, u := range w.Collect(&s, b) {
		said := Statement{Line: b.First + u.Line, Unplaced: true, Outcome: "what can't be examined becomes a tombstone, " + u.Reason.TombstoneText()}
		said.add("cure", Cure(u.Reason))
		x.said = append(x.said, said)
	}
	for _, slot := range s.all {
		x.slot(placed(slot, under))
	}
	return x.said
}

// say begins a statement about a stretch of a slot.
func (x *explanation) say(slot field.Slot, at span.Span, outcome string) *Statement {
	l := x.walker.Locate(slot.Ref, at)
	x.said = append(x.said, Statement{Line: x.first + l.Line, Span: l.Span, Outcome: outcome})
	return &x.said[len(x.said)-1]
}

func (x *explanation) slot(slot field.Slot) {
	d := x.scope.Place(slot.Place, slot.Kind)
	whole := span.Span{End: len(slot.Text)}
	if name, why := x.reasons.field(d, slot); name != "" {
		x.say(slot, whole, name).add("policy", why)
		if d.Verdict == policy.Drop || d.Verdict == policy.MaskAll || d.Verdict == policy.Remove {
			return
		}
	}
	if d.Verdict == policy.LeaveShape && d.Shape(slot.Text) {
		x.say(slot, whole, "left unexamined").add("policy", "an id of the semantic conventions in the shape it should have (pack telemetry)")
		return
	}
	text := detect.Text{
		Text: slot.Text, Key: slot.Place.Key, Want: x.engine.All(),
		MaxDepth: x.compiled.Limits.MaxDepth, MaxDecode: x.compiled.Limits.MaxDecode,
	}
	if slot.Kind == field.Key {
		text.Key = ""
	}
	if x.scope.MasksKeys() {
		text.Mask = x.scope
	}
	var refused []detect.Event
	matches := x.engine.Explain(text, func(ev detect.Event) {
		if ev.Kind != detect.Matched && ev.Kind != detect.Candidate {
			refused = append(refused, ev)
		}
	})
	slices.SortStableFunc(matches, func(a, b detect.Match) int {
		return cmp.Or(span.Compare(a.Span, b.Span), cmp.Compare(a.Rule, b.Rule))
	})
	exempt := x.recogniser.Find(nil, slot.Text)
	matched := map[int]bool{}
	for i, m := range matches {
		if i > 0 && m.Span == matches[i-1].Span && m.Rule == matches[i-1].Rule && m.Reason == matches[i-1].Reason {
			continue
		}
		matched[m.Rule] = true
		x.match(slot, m, d, exempt)
	}
	x.refusals(slot, refused, matched)
}

// match explains one match.
func (x *explanation) match(slot field.Slot, m detect.Match, d policy.Decision, exempt []span.Span) {
	if m.Reason != field.ReasonNone {
		x.say(slot, m.Span, "becomes a tombstone, "+m.Reason.TombstoneText()).add("policy", "limits, on_error")
		return
	}
	if m.Rule == detect.FieldRule {
		x.say(slot, m.Span, "masked as [redacted:"+action.FieldID+"]").add("policy", x.reasons.At("a key inside the text is listed", "fields", "mask"))
		return
	}
	r, o := &x.compiled.Rules[m.Rule], x.scope.Rule(m.Rule)
	outcome, why := x.outcome(m, d, exempt)
	s := x.say(slot, m.Span, outcome)
	s.add("rule", describe(r))
	s.add("found by", x.foundBy(m.Rule))
	if len(r.Validators) > 0 {
		s.add("validator", strings.Join(r.Validators, ", ")+": holds")
	}
	if len(r.Keywords) > 0 {
		s.add("keyword", "one of "+QuoteList(r.Keywords)+" stands before it or in its key")
	}
	s.add("confidence", x.reasons.confidence(r, m.Confidence, o))
	s.add("policy", why)
}

// outcome is what becomes of a match of a rule, and what decided it.
func (x *explanation) outcome(m detect.Match, d policy.Decision, exempt []span.Span) (outcome, why string) {
	r, o := &x.compiled.Rules[m.Rule], x.scope.Rule(m.Rule)
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
	case !x.scope.Want().Has(m.Rule):
		return "left: the rule is off", x.reasons.Off(r)
	case d.Verdict == policy.Leave && !x.scope.LeaveWant().Has(m.Rule):
		return "left: the field is one to leave", x.reasons.At("the field is listed", "fields", "leave")
	case m.Confidence < least:
		return "left: not confident enough", x.reasons.Strictness(d)
	case x.compiled.Allowed(m.Rule, m.Value, time.Now()):
		return "left: the value is exempt", x.reasons.exempt(r, m.Value)
	case !o.Enforce:
		return "left and counted: shadow mode", x.reasons.Mode(r)
	}
	why = x.reasons.action(r, o.Action)
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
func (x *explanation) refusals(slot field.Slot, refused []detect.Event, matched map[int]bool) {
	seen := map[detect.Event]bool{}
	for _, ev := range refused {
		ev.Span = span.Span{}
		if seen[ev] || matched[ev.Rule] || !x.scope.Want().Has(ev.Rule) {
			continue
		}
		seen[ev] = true
		r := &x.compiled.Rules[ev.Rule]
		why := ""
		switch ev.Kind {
		case detect.Invalid:
			why = "validator " + ev.Detail + " turned a value down"
		case detect.NoKeyword:
			why = "none of the keywords " + QuoteList(r.Keywords) + " stands before the value or in its key"
		case detect.NoPattern:
			why = "the key fits and the value does not have the form"
		}
		x.say(slot, span.Span{End: len(slot.Text)}, "left: "+why).add("rule", describe(r))
	}
}

// foundBy says what made the engine look.
func (x *explanation) foundBy(i int) string {
	switch p := x.engine.Plan(i); p.Lane {
	case "literal":
		return "literal " + QuoteList(p.Literals)
	case "keyword":
		return "keyword " + QuoteList(p.Literals)
	case "key":
		return "its key, which ends in one of " + QuoteList(x.compiled.Rules[i].Keys)
	case "shape":
		return "the shape of its first bytes"
	}
	return "its pattern, searched in every text"
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

// QuoteList names a few of many literals, quoted.
func QuoteList(list []string) string {
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

// Cure is what to do about something that could not be examined.
func Cure(r field.Reason) string {
	switch r {
	case field.ReasonDepth:
		return "raise limits.max_depth"
	case field.ReasonSize:
		return "split the line"
	case field.ReasonBudget:
		return "look at it by hand, and simplify the policy's slowest rules (airtight rules list names their lane)"
	}
	return "look at it by hand"
}

// PackOf is the pack that switches a rule on.
func PackOf(r *rule.Rule) string {
	if r.Pack == "" {
		return rule.PackOf(r.Class)
	}
	return r.Pack
}
