package guard

import (
	"slices"

	"github.com/airtight-telemetry/airtight/internal/action"
	"github.com/airtight-telemetry/airtight/internal/detect"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/span"
)

// Sighting is a stretch of a slot's text that a policy finds something in, or one
// that could not be examined. It carries offsets, never text.
type Sighting struct {
	Ref  uint32
	Span span.Span
	// Rule is a rule's id, or action.FieldID for a field that the policy masks or
	// drops by its name.
	Rule       string
	Class      rule.Class
	Severity   string
	Confidence rule.Confidence
	Action     action.Kind
	// Enforced is false where the finding is only reported.
	Enforced bool
	// Fingerprint is empty for values that get none.
	Fingerprint string
	// Reason says why the stretch could not be examined; then nothing else is known.
	Reason field.Reason
}

// Inspect examines the batch and says what was found where, in the order of the
// slots and their text, overlapping findings as one. It takes the place of Resolve
// for who wants to know and not to change; no observer is told.
func (s *Session) Inspect(f *finding.Fingerprinter) (found []Sighting) {
	defer func() {
		if recover() != nil {
			found = s.unexamined(field.ReasonPanic)
		}
	}()
	if s.force == nil {
		return s.unexamined(field.ReasonConfig)
	}
	s.found = s.scan(s.found[:0], s.texts)
	s.noteClean()
	s.beyond(false)
	s.propagate()
	next, more := 0, s.extra
	for i := range s.slots {
		sl := &s.slots[i]
		// A field that is dropped has one key, and a value, several or none.
		if sl.verdict == policy.Drop && sl.Kind == field.Key || sl.verdict == policy.MaskAll && !s.force.recogniser.Whole(sl.Text) {
			found = append(found, byName(sl))
		}
		s.spans.hits = s.spans.hits[:0]
		s.spans.exempt = s.spans.exempt[:0]
		from := next
		for next < len(s.found) && s.parts[s.found[next].Text].slot == int32(i) {
			m := &s.found[next]
			m.Span = m.Span.Shift(int(s.parts[m.Text].from))
			next++
		}
		var own []detect.Match
		if own, more = s.with(s.found[from:next], int32(i), more); len(own) == 0 {
			continue
		}
		s.spans.exempt = s.force.recogniser.Find(s.spans.exempt, sl.Text)
		for _, m := range own {
			if s.exempt(m.Span) || m.Literal && s.replaced(sl.Text, m.Span) {
				continue
			}
			if h, _, ok := s.judge(sl, m, false); ok {
				s.spans.hits = append(s.spans.hits, h)
			}
		}
		found = s.sightings(found, sl, f)
	}
	return found
}

// sightings appends what the hits of one slot come to.
func (s *Session) sightings(dst []Sighting, sl *slot, f *finding.Fingerprinter) []Sighting {
	hits := s.spans.hits
	slices.SortFunc(hits, func(a, b hit) int { return span.Compare(a.Span, b.Span) })
	for len(hits) > 0 {
		n, all := union(hits)
		label := mostTelling(hits[:n])
		hits = hits[n:]
		g := Sighting{Ref: sl.Ref, Span: all, Reason: label.Reason}
		if label.Reason == field.ReasonNone {
			g.Rule, g.Class, g.Severity, g.Confidence, g.Action = label.id, label.class, label.severity, label.Confidence, label.action
			g.Enforced = sl.scope.Enforce()
			if label.Rule >= 0 {
				o := sl.scope.Rule(label.Rule)
				g.Enforced = o.Enforce
				if o.Fingerprint && f != nil {
					g.Fingerprint = f.Of(label.Value)
				}
			}
		}
		dst = append(dst, g)
	}
	return dst
}

// byName is the sighting of a field that goes by its name.
func byName(sl *slot) Sighting {
	g := Sighting{
		Ref: sl.Ref, Span: span.Span{End: len(sl.Text)}, Rule: action.FieldID, Class: rule.Secret,
		Confidence: rule.High, Action: action.Drop, Enforced: sl.scope.Enforce(),
	}
	if sl.verdict == policy.MaskAll {
		g.Action = action.Mask
	}
	return g
}

func (s *Session) unexamined(r field.Reason) (found []Sighting) {
	for i := range s.slots {
		found = append(found, Sighting{Ref: s.slots[i].Ref, Span: span.Span{End: len(s.slots[i].Text)}, Reason: r})
	}
	return found
}
