package detect

import (
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/span"
	"github.com/airtight-telemetry/airtight/internal/structure"
)

// read reads the writing of a view: values under telling keys are tried against
// the rules for their keys, and what is written with escapes becomes a view of
// its own.
func (s *scanner) read(v *view) {
	v.leaves, v.whole = structure.Read(v.leaves, v.Text, structure.Limits{MaxDepth: s.in.MaxDepth, MaxLeaves: maxLeaves})
	top, decoded, str := 0, 0, 0 // where the last leaf of each kind ends
	for i := range v.leaves {
		l := &v.leaves[i]
		if l.Unread {
			s.unread(v, l)
			continue
		}
		if v.layers >= s.in.MaxDecode {
			l.Coding = structure.Verbatim // read no further: what it says as it stands is all that counts
		}
		switch {
		case l.Form == structure.JSONString && !l.IsKey:
			str = max(str, l.Span.End)
		case l.Form == structure.JSONNumber && l.Span.Start < str:
			if v.strung == nil {
				v.strung = map[int]bool{}
			}
			v.strung[l.Span.Start] = true
		}
		if l.Span.Start >= top {
			v.tops = append(v.tops, int32(i))
			top = l.Span.End
		}
		if l.Coding != structure.Verbatim && l.Span.Start >= decoded {
			s.decode(v, l)
			decoded = l.Span.End
			continue
		}
		if !l.IsKey && l.Key != "" {
			s.searchByKey(v, l.Key, l.Span)
			s.wholeValue(v, l.Key, l.Span.In(v.Text), l)
		}
	}
}

// unread reports a stretch that a limit kept from being read. It may be a JSON
// container, so what replaces it is quoted like a number.
func (s *scanner) unread(v *view, l *structure.Leaf) {
	reason := field.ReasonDepth
	if len(v.leaves) >= maxLeaves {
		reason = field.ReasonSize
	}
	container := *l
	if v.whole {
		container.Form = structure.JSONNumber
	}
	s.emit(v, Match{Reason: reason}, l.Span, &container)
}

// decode examines a leaf with its escapes undone.
func (s *scanner) decode(v *view, l *structure.Leaf) { s.decodeAs(v, l, l.Coding) }

func (s *scanner) decodeAs(v *view, l *structure.Leaf, c structure.Coding) {
	inner := structure.Decode(v.Text, l.Span, c)
	child := s.child(v, &inner, l.Span)
	if child == nil {
		return
	}
	child.layers++
	if c != structure.Verbatim {
		child.codings = append(child.codings, c)
	}
	if !l.IsKey && l.Key != "" {
		child.key = l.Key
	}
	if v.form == structure.Plain {
		child.form = l.Form
	}
	s.view(child)
}

// searchByKey looks all through a value for the rules whose keyword its key holds.
func (s *scanner) searchByKey(v *view, key string, at span.Span) {
	if key == "" {
		return
	}
	for _, rule := range s.keys.lookup(s.e, key).worded {
		if s.in.Want.Has(rule) {
			s.searchSpan(v, rule, at)
		}
	}
}

// wholeValue tries a whole value against the rules for its key. leaf is nil when
// the value is the view itself.
func (s *scanner) wholeValue(v *view, key, value string, leaf *structure.Leaf) {
	if key == "" || value == "" {
		return
	}
	at := span.Span{Start: 0, End: len(v.Text)}
	if leaf != nil {
		at = leaf.Span
	}
	if leaf != nil && s.in.Mask != nil && s.in.Mask.MasksKey(leaf.Path) {
		s.emit(v, Match{Rule: FieldRule, Value: value, Confidence: rule.High}, at, leaf)
	}
	info := s.keys.lookup(s.e, key)
	for _, i := range info.rules {
		if s.in.Want.Has(i) {
			s.underKey(v, i, value, at, leaf)
		}
	}
	if len(info.rules) > 0 || len(info.worded) > 0 {
		s.undoShort(v, value, at, leaf)
	}
}

func (s *scanner) underKey(v *view, i int, value string, at span.Span, leaf *structure.Leaf) {
	plan := s.e.plans[i]
	if plan.literals != nil {
		s.literals(v, i, value, at, leaf)
		return
	}
	in := span.Span{Start: 0, End: len(value)}
	if plan.program != nil {
		f, ok, _ := s.find(i, value, 0, 0)
		if !ok {
			s.event(Event{Kind: NoPattern, Rule: i})
			return
		}
		if f.valueStart >= 0 && f.valueEnd > f.valueStart {
			in = span.Span{Start: f.valueStart, End: f.valueEnd}
		}
	}
	if !s.valid(i, in.In(value)) {
		return
	}
	s.emit(v, Match{Rule: i, Value: in.In(value), Confidence: plan.underKey(key(v, leaf))}, in.Shift(at.Start), leaf)
}

// underKey is the confidence of a key rule's match.
func (p *plan) underKey(key string) rule.Confidence {
	if p.context.Len() > 0 && p.base < rule.High && p.context.Contains(key) {
		return p.base + 1
	}
	return p.base
}

func key(v *view, leaf *structure.Leaf) string {
	if leaf != nil {
		return leaf.Key
	}
	return v.key
}
