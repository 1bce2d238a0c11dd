package detect

import (
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
	var state prefilter.State
	for at := 0; at < len(v.Text) && !s.spent(); {
		s.hits, at, state = s.e.literals.Find(s.hits[:0], v.Text, at, state, chunk)
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
				if !s.in.Want.Has(int(t.rule)) || t.edges != 0 && !t.edges.hold(v.Text, int(h.End-s.e.length[h.Lit]), int(h.End)) {
					continue
				}
				if t.kind != startsMatch && !near {
					near = keyNear(v.Text, int(h.End))
				}
				if t.kind != namesKey {
					s.try(v, int(t.rule), max(0, int(h.End)+int(t.lo)), int(h.End)+int(t.hi))
				}
			}
		}
	}
	for at := 0; at < len(v.Text) && !s.spent(); {
		s.places, at = s.e.shapes.Find(s.places[:0], v.Text, at, chunk)
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
	for i, m := int(p.Group)*64, p.Mask; m != 0; i, m = i+1, m>>1 {
		if m&1 != 0 {
			if r := int(s.e.shaped[i]); s.in.Want.Has(r) {
				s.try(v, r, int(p.Pos), int(p.Pos))
			}
		}
	}
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
