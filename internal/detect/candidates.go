package detect

import (
	"math/bits"
	"slices"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/prefilter"
	"github.com/airtight-telemetry/airtight/internal/span"
)

// search is where one rule stands in one view.
type search struct {
	next  int // the first start not tried
	steps int
	all   bool // the rest was searched whole
}

// pending is a match of a pattern before its surroundings were looked at.
type pending struct {
	rule         int
	known        int32 // the known value that stands here, from 1 on; 0 for none
	value, whole span.Span
}

// candidates runs every rule where its literal, keyword or shape stands. near
// reports that a telling key may stand in the text.
func (s *scanner) candidates(v *view) (near bool) {
	for at := 0; at < len(v.Text) && !s.spent(); {
		s.hits, at = s.e.literals.Find(s.hits[:0], &s.scratch, v.Text, at, chunk)
		for _, h := range s.hits {
			for _, t := range s.e.triggers[h.Lit] {
				switch t.kind {
				case cues:
					near = true
					continue
				case widens:
					for _, r := range s.e.wide {
						s.exhaust(v, r)
					}
					continue
				}
				if near && t.kind == namesKey {
					continue
				}
				start, end := int(h.End-s.e.length[h.Lit]), int(h.End)
				if !s.in.Want.Has(int(t.rule)) || t.edges != 0 && !t.edges.hold(v.Text, start, end) || t.rest != 0 && !s.e.rests[t.rest].stands(v.Text, start, end) {
					continue
				}
				if t.kind == followsWord && insideName(v.Text, start, end) {
					continue
				}
				if t.kind != startsMatch && !near {
					near = keyNear(v.Text, start, end)
				}
				switch {
				case t.kind == namesKey:
				case t.kind == startsMatch && s.e.plans[t.rule].head != nil:
					s.tryHeaded(v, int(t.rule), start-s.e.plans[t.rule].need.min)
				default:
					s.try(v, int(t.rule), max(0, end+int(t.lo)), end+int(t.hi))
				}
			}
		}
	}
	shapes := s.wanted.by(s.e, s.in.Want)
	for at := 0; at < len(v.Text) && !s.spent(); {
		s.places, at = s.e.shapes.Find(s.places[:0], v.Text, at, chunk, shapes)
		for _, p := range s.places {
			s.shaped(v, p)
		}
	}
	for _, r := range s.e.slow {
		s.exhaust(v, r)
	}
	if s.in.Known != nil {
		s.known(v)
	}
	for _, r := range s.touched {
		s.states[r] = search{}
	}
	s.touched = s.touched[:0]
	return near
}

func (s *scanner) shaped(v *view, p prefilter.Place) {
	for m := p.Mask; m != 0; m &= m - 1 {
		r := s.e.shaped[int(p.Group)*64+bits.TrailingZeros64(m)]
		s.try(v, int(r), int(p.Pos), int(p.Pos))
	}
}

// wanted remembers which shapes are looked for under the set of rules asked for last:
// a batch asks for few different sets.
type wanted struct {
	set    Set
	shapes []uint64
}

func (w *wanted) by(e *Engine, set Set) []uint64 {
	if w.shapes == nil || !slices.Equal(w.set, set) {
		w.set = append(w.set[:0], set...)
		w.shapes = e.shapes.Mask(func(shape int) bool { return set.Has(int(e.shaped[shape])) })
	}
	return w.shapes
}

// try looks for matches of a rule that start at lo to hi. Ranges of one rule come
// in order of both bounds, so a start before the last one tried was tried too.
func (s *scanner) try(v *view, rule, lo, hi int) {
	st := &s.states[rule]
	if st.all {
		return
	}
	lo, hi = max(lo, st.next), min(hi, len(v.Text)-1)
	for lo <= hi {
		s.touch(rule)
		if st.steps > triesPerByte*len(v.Text)+triesBase {
			s.exhaust(v, rule)
			return
		}
		f, ok, steps := s.find(rule, v.Text, lo, hi)
		st.steps += steps
		if !ok {
			st.next = hi + 1
			return
		}
		s.hold(v, rule, f)
		lo = max(f.end, f.start+1)
		st.next = lo
	}
}

// tryHeaded looks for matches of a rule with an optional head whose rest starts at
// start. Where no head can stand, nothing before start is looked at and next stays
// where it is: a head may still begin there.
func (s *scanner) tryHeaded(v *view, rule, start int) {
	st := &s.states[rule]
	if start < st.next || st.all {
		return
	}
	if start > 0 && s.e.plans[rule].head.Has(v.Text[start-1]) {
		s.try(v, rule, 0, start)
		return
	}
	next := st.next
	s.try(v, rule, start, start)
	if st.next == start+1 {
		st.next = next
	}
}

// exhaust searches the whole rest of the text, once.
func (s *scanner) exhaust(v *view, rule int) {
	st := &s.states[rule]
	if st.all || !s.in.Want.Has(rule) || s.e.plans[rule].lane == byKey {
		return
	}
	s.touch(rule)
	st.all = true
	for lo := st.next; lo < len(v.Text); {
		f, ok, steps := s.find(rule, v.Text, lo, len(v.Text)-1)
		if !ok {
			return
		}
		s.hold(v, rule, f)
		lo = max(f.end, f.start+1)
		if st.steps += steps; st.steps > searchPerByte*len(v.Text)+searchBase {
			s.fault(v, span.Span{Start: 0, End: len(v.Text)}, field.ReasonBudget)
			return
		}
	}
}

func (s *scanner) touch(rule int) {
	if st := &s.states[rule]; st.steps == 0 && st.next == 0 && !st.all {
		s.touched = append(s.touched, int32(rule))
	}
}

// searchSpan looks for a rule's matches that start in one leaf, apart from the
// rule's own progress through the view.
func (s *scanner) searchSpan(v *view, rule int, in span.Span) {
	spent := 0
	for lo := in.Start; lo < in.End; {
		f, ok, steps := s.find(rule, v.Text, lo, in.End-1)
		if !ok {
			return
		}
		s.hold(v, rule, f)
		lo = max(f.end, f.start+1)
		if spent += steps; spent > searchPerByte*in.Len()+searchBase {
			s.fault(v, in, field.ReasonBudget)
			return
		}
	}
}

// hold keeps a match until its surroundings are known.
func (s *scanner) hold(v *view, rule int, f found) {
	p := pending{rule: rule, whole: span.Span{Start: f.start, End: f.end}}
	p.value = p.whole
	if f.valueStart >= 0 && f.valueEnd > f.valueStart {
		p.value = span.Span{Start: f.valueStart, End: f.valueEnd}
	}
	if p.value.Empty() {
		return
	}
	v.pending = append(v.pending, p)
}

// settle decides the matches held: it goes through them and the leaves in order
// of their start, so that each match meets only the leaves around it.
//
