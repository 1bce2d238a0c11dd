package main

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/airtight-telemetry/airtight/internal/explain"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/guard"
	"github.com/airtight-telemetry/airtight/internal/linewalk"
	"github.com/airtight-telemetry/airtight/internal/pdatawalk"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/quiet"
	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/span"
)

// surveyor finds what a policy finds, and beside it what the same policy would find
// with every rule on and every confidence acting.
type surveyor struct {
	policy, everything *guard.Guard
	compiled           *policy.Compiled
	why                explain.Reasons
	rules              map[string]*rule.Rule
	// open says which of the rules may have their values' shape shown.
	open         map[string]bool
	fingerprints *finding.Fingerprinter
	// samples is how many templates are wanted of each kind, and sampled the kinds
	// that have them.
	samples int
	sampled sync.Map
}

func newSurveyor(why explain.Reasons, compiled *policy.Compiled, samples int) (*surveyor, error) {
	s := &surveyor{
		compiled: compiled, why: why, samples: samples, fingerprints: finding.NewFingerprinter(compiled.Ring),
		rules: map[string]*rule.Rule{}, open: map[string]bool{},
	}
	for i := range compiled.Rules {
		r := &compiled.Rules[i]
		s.rules[r.ID] = r
		s.open[r.ID] = compiled.For(field.Resource{}).Rule(i).Fingerprint
	}
	var err error
	if s.policy, err = guard.New(compiled, finding.Discard{}); err != nil {
		return nil, err
	}
	s.everything, err = guard.New(compiled.Everything(), finding.Discard{})
	return s, err
}

// outcome is what becomes of a sight under the policy.
type outcome uint8

const (
	acts outcome = iota
	inShadow
	left
)

// kind is what sights are counted by.
type kind struct {
	outcome outcome
	rule    string
	// why says what puts it in shadow mode or lets it be.
	why string
}

// sight is something found, without the value.
type sight struct {
	kind
	class       rule.Class
	severity    string
	confidence  rule.Confidence
	line        int
	from, to    int    // columns in characters, from 1, to inclusive
	field       string // of a protobuf message
	fingerprint string
	shape       string
	// template is the masked skeleton of its surroundings, where one was wanted.
	template string
}

// surveyed is what came of one batch.
type surveyed struct {
	lines  int
	sights []sight
}

var _ examiner[surveyed] = (*surveyor)(nil)

func (s *surveyor) lines(w *linewalk.Walker, _ string, b linewalk.Batch) (out surveyed, failed []error) {
	l := s.look()
	defer l.close()
	for _, u := range w.Collect(l, b) {
		failed = append(failed, unexaminedLine(b.First+u.Line, u.Reason))
	}
	out.lines = max(1, strings.Count(strings.TrimSuffix(b.Text, "\n"), "\n")+1)
	sights, unexamined := l.sights(func(g guard.Sighting) surroundings {
		at := w.Locate(g.Ref, g.Span)
		return surroundings{id: at.Line, line: b.First + at.Line, text: at.Text, at: at.Span}
	})
	for _, u := range unexamined {
		failed = append(failed, unexaminedLine(u.line, u.reason))
	}
	out.sights = sights
	return out, failed
}

func (s *surveyor) message(_ string, n int, message []byte) (out surveyed, failed []error) {
	l := s.look()
	defer l.close()
	gate := &resolving{look: l, resolve: func() {
		sights, unexamined := l.sights(func(g guard.Sighting) surroundings {
			slot := l.slots[g.Ref].Slot
			return surroundings{id: int(g.Ref), line: n, text: slot.Text, at: g.Span, field: fieldName(s.everything, slot.Place)}
		})
		for _, u := range unexamined {
			failed = append(failed, unexaminedMessage(n, u.field, u.reason))
		}
		out.sights = sights
	}}
	if _, ok := linewalk.Message(gate, message, pdatawalk.Limits{MaxDepth: s.compiled.Limits.MaxDepth}); !ok {
		return surveyed{lines: 1}, []error{noMessage(n)}
	}
	out.lines = 1
	return out, failed
}

// resolving is a look at a message: it changes nothing.
type resolving struct {
	*look
	resolve func()
}

// Resolve implements pdatawalk.Gate.
func (r *resolving) Resolve() ([]field.Edit, []uint32) {
	r.resolve()
	return nil, nil
}

// look is one batch under both gates.
type look struct {
	surveyor           *surveyor
	policy, everything *guard.Session
	scope              *policy.Scope
	slots              map[uint32]scopedSlot
}

type scopedSlot struct {
	field.Slot
	scope *policy.Scope
}

func (s *surveyor) look() *look {
	return &look{
		surveyor: s, policy: s.policy.Session(context.Background()), everything: s.everything.Session(context.Background()),
		scope: s.compiled.For(field.Resource{}), slots: map[uint32]scopedSlot{},
	}
}

func (l *look) close() {
	l.policy.Close()
	l.everything.Close()
}

// Resource implements linewalk.Collector.
func (l *look) Resource(r field.Resource) {
	l.scope = l.surveyor.compiled.For(r)
	l.policy.Resource(r)
	l.everything.Resource(r)
}

// Add implements linewalk.Collector.
func (l *look) Add(s field.Slot) {
	l.slots[s.Ref] = scopedSlot{s, l.scope}
	l.policy.Add(s)
	l.everything.Add(s)
}

// surroundings are the text that a sighting stands in: a line, or a field of a
// message. Equal ids are the same text.
type surroundings struct {
	id    int
	line  int
	field string
	text  string
	at    span.Span
}

// unexamined is a place that could not be examined.
type unexamined struct {
	surroundings
	reason field.Reason
}

// sights are what the batch comes to. What only the gate with everything on finds is
// left by the policy.
func (l *look) sights(locate func(guard.Sighting) surroundings) (out []sight, failed []unexamined) {
	s := l.surveyor
	found := l.policy.Inspect(s.fingerprints)
	taken := map[uint32][]span.Span{}
	kinds := make([]kind, 0, len(found))
	for _, g := range found {
		taken[g.Ref] = append(taken[g.Ref], g.Span)
		k := kind{rule: g.Rule}
		if !g.Enforced && g.Reason == field.ReasonNone {
			k.outcome, k.why = inShadow, s.shadow(g.Rule, l.slots[g.Ref].scope)
		}
		kinds = append(kinds, k)
	}
	for _, g := range l.everything.Inspect(s.fingerprints) {
		if g.Reason != field.ReasonNone || slices.ContainsFunc(taken[g.Ref], g.Span.Overlaps) {
			continue
		}
		found = append(found, g)
		kinds = append(kinds, kind{left, g.Rule, s.leaves(g, l.slots[g.Ref].scope)})
	}
	places := make([]surroundings, len(found))
	masks := map[int][]mask{}
	for n, g := range found {
		places[n] = locate(g)
		masks[places[n].id] = append(masks[places[n].id], mask{places[n].at, g.Rule})
	}
	shapes := map[kind]map[string]bool{}
	for n, g := range found {
		p, k := places[n], kinds[n]
		if g.Reason != field.ReasonNone {
			failed = append(failed, unexamined{p, g.Reason})
			continue
		}
		x := sight{
			kind: k, class: g.Class, severity: g.Severity, confidence: g.Confidence, fingerprint: g.Fingerprint,
			line: p.line, field: p.field, from: linewalk.Column(p.text, p.at.Start) + 1, to: linewalk.Column(p.text, p.at.End),
			shape: s.shape(g.Rule, g.Span.In(l.slots[g.Ref].Text)),
		}
		if _, full := s.sampled.Load(k); !full && len(shapes[k]) < s.samples && !shapes[k][x.shape] {
			if shapes[k] == nil {
				shapes[k] = map[string]bool{}
			}
			shapes[k][x.shape] = true
			x.template = s.template(p, masks[p.id])
		}
		out = append(out, x)
	}
	return out, failed
}

// shape is what a value looks like, or only its length where a shape would narrow
// down what it is: of authentication data, and of secrets that a person may have
// made up.
func (s *surveyor) shape(id, value string) string {
	const machineMade = 20 // characters
	r := s.rules[id]
	if r == nil || !s.open[id] || r.Class == rule.Secret && (len(value) < machineMade || strings.ContainsAny(value, " \t\r\n")) {
		return finding.Length(value)
	}
	return finding.Shape(value)
}

// leaves says why the policy leaves what the gate with everything on finds.
func (s *surveyor) leaves(g guard.Sighting, scope *policy.Scope) string {
	r := s.rules[g.Rule]
	if r == nil {
		return ""
	}
	i := slices.IndexFunc(s.compiled.Rules, func(o rule.Rule) bool { return o.ID == g.Rule })
	switch {
	case !scope.Want().Has(i) && scope.Override >= 0:
		return s.why.At("its pack is not on under the override", "overrides", scope.Override)
	case !scope.Want().Has(i):
		return s.why.Off(r)
	case g.Confidence < scope.Rule(i).MinConfidence:
		return g.Confidence.String() + " confidence; " + s.why.Strictness(policy.Decision{})
	}
	return "seen only with every rule on"
}

// shadow says what puts a rule in shadow mode.
func (s *surveyor) shadow(id string, scope *policy.Scope) string {
	if n := scope.Override; n >= 0 && (s.why.Policy.Overrides[n].Mode != "" || len(s.why.Policy.Overrides[n].Modes) > 0) {
		return s.why.At("mode under the override", "overrides", n)
	}
	if r := s.rules[id]; r != nil {
		return s.why.Mode(r)
	}
	return s.why.At("mode "+s.why.Policy.Mode, "mode")
}

// mask is a stretch of a text that is not shown.
type mask struct {
	span.Span
	rule string
}

// reach is how many bytes on each side of a mask a template is made of.
const reach = 48

// template is the skeleton of a text around one of its masks, without capitalised
// words. What is shown has passed the gate with everything on, and the built-in
// policy, once more.
func (s *surveyor) template(p surroundings, masks []mask) string {
	sorted := slices.SortedFunc(slices.Values(masks), func(a, b mask) int { return span.Compare(a.Span, b.Span) })
	var before, after strings.Builder
	own, at := "", 0
	for i := 0; i < len(sorted); {
		all, id := sorted[i].Span, sorted[i].rule
		for i++; i < len(sorted) && sorted[i].Overlaps(all); i++ {
			all = all.Union(sorted[i].Span)
		}
		out := &before
		if own != "" {
			out = &after
		}
		out.WriteString(p.text[at:all.Start])
		at = all.End
		if own == "" && all.Contains(p.at) {
			own = "[redacted:" + id + "]"
			continue
		}
		out.WriteString("[redacted:" + id + "]")
	}
	after.WriteString(p.text[at:])
	gate := quiet.Gate(s.everything)
	pass := func(text string) string { return gate.Scrub(quiet.Text(strings.ToValidUTF8(text, ""))) }
	head, tail := before.String(), after.String()
	if from := len(head) - reach; from > 0 {
		if blank := strings.IndexByte(head[from:], ' '); blank >= 0 {
			from += blank + 1 // no piece of a word, which would say something else than the word
		}
		if strings.Count(head[:from], `"`)%2 == 1 { // what is in quotes stays so
			from += strings.IndexByte(head[from:], '"') + 1
		}
		head = head[from:]
	}
	if len(tail) > reach {
		tail = tail[:reach]
		if blank := strings.LastIndexByte(tail, ' '); blank >= 0 {
			tail = tail[:blank]
		}
	}
	return capitalised.ReplaceAllString(finding.Skeleton(pass(head)+own+pass(tail)), "*")
}

// capitalised are words that may be names, which in prose no rule finds.
var capitalised = regexp.MustCompile(`\b\p{Lu}\p{L}*\p{Ll}\p{L}*`)
