package detect

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/span"
	"github.com/airtight-telemetry/airtight/internal/structure"
)

// A match that starts inside a part of a JSON text or URL and runs out of it has
// mistaken syntax for text: a greedy pattern takes the quote and bracket that
// follow, or a password and the host behind it pass for an e-mail address. It is
// dropped, and the part examined alone.
func (s *scanner) settle(v *view) {
	slices.SortFunc(v.pending, func(a, b pending) int {
		return cmp.Or(span.Compare(a.value, b.value), span.Compare(a.whole, b.whole), a.rule-b.rule, int(a.known-b.known))
	})
	v.pending = slices.Compact(v.pending) // a key's search may meet what a literal found
	open, next := s.open[:0], 0
	for _, p := range v.pending {
		for next < len(v.leaves) && v.leaves[next].Span.Start <= p.value.Start {
			open = append(open, int32(next))
			next++
		}
		open = slices.DeleteFunc(open, func(i int32) bool { return v.leaves[i].Span.End <= p.value.Start })
		leaf, outOfJSON, runsOut := (*structure.Leaf)(nil), int32(-1), int32(-1)
		for _, i := range slices.Backward(open) {
			if v.leaves[i].Span.Contains(p.value) {
				leaf = &v.leaves[i]
				break
			}
			switch l := &v.leaves[i]; {
			case l.Form == structure.URL && p.value.End > v.partEnd(i):
				runsOut = i
			case l.Form != structure.Plain && l.Form != structure.URL:
				outOfJSON = i
			}
		}
		if leaf == nil && outOfJSON >= 0 {
			runsOut = outOfJSON
		}
		if runsOut < 0 {
			s.decide(v, p, leaf)
		} else if l := v.leaves[runsOut]; l.Coding == structure.Verbatim {
			v.alone = append(v.alone, runsOut)
		}
	}
	s.open = open
	slices.Sort(v.alone)
	for _, i := range slices.Compact(v.alone) {
		s.decode(v, &v.leaves[i])
	}
}

// partEnd is where the part of a URL ends that leaf i belongs to: a user and a
// password are one credential.
func (v *view) partEnd(i int32) int {
	l := &v.leaves[i]
	if l.Key != "url.user" {
		return l.Span.End
	}
	for _, next := range v.leaves[i+1:] {
		if next.Span.Start > l.Span.End+1 {
			break
		}
		if next.Key == "url.password" && next.Span.Start == l.Span.End+1 {
			return next.Span.End
		}
	}
	return l.Span.End
}

// decide holds a match against validators, keyword and context. leaf is the
// innermost that holds it, if any.
func (s *scanner) decide(v *view, p pending, leaf *structure.Leaf) {
	if p.known > 0 {
		s.place(v, s.knownMatch(p), p.value, leaf)
		return
	}
	plan := s.e.plans[p.rule]
	value := p.value.In(v.Text)
	if !s.valid(p.rule, value) {
		return
	}
	key := v.key
	if leaf != nil && leaf.Key != "" && !leaf.IsKey {
		key = leaf.Key
	}
	confidence := plan.base
	if plan.hasKeywords() || plan.context.Len() > 0 {
		near := before(v.Text, p.whole.Start)
		if p.whole.Start < keywordReach {
			near = v.before + near
		}
		if plan.hasKeywords() && !plan.keywords.Contains(key) && !plan.keywords.Contains(near) {
			s.event(Event{Kind: NoKeyword, Rule: p.rule})
			return
		}
		if confidence < rule.High && (plan.context.Contains(key) || plan.context.Contains(near)) {
			confidence++
		}
	}
	s.place(v, Match{Rule: p.rule, Value: value, Confidence: confidence}, p.value, leaf)
}

func (s *scanner) valid(rule int, value string) bool {
	plan := s.e.plans[rule]
	for i, ok := range plan.validators {
		if !ok(value) {
			s.event(Event{Kind: Invalid, Rule: rule, Detail: plan.names[i]})
			return false
		}
	}
	return true
}

// before is what stands before a match as far as a keyword may stand, cut at a
// word's start.
func before(text string, at int) string {
	lo := max(0, at-keywordReach)
	for n := 0; lo > 0 && n < keywordReach && isAlnum(text[lo-1]) && isAlnum(text[lo]); n++ {
		lo--
	}
	return text[lo:at]
}

func isAlnum(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || b >= 0x80
}

// place turns a span of the view into spans of the text that can be replaced
// without breaking the writing around them.
func (s *scanner) place(v *view, m Match, at span.Span, leaf *structure.Leaf) {
	switch {
	case leaf != nil && leaf.Coding != structure.Verbatim && leaf.Form != structure.Plain:
		return // its escapes are undone in a view of its own
	case leaf != nil || !v.whole:
		s.emit(v, m, at, leaf)
		return
	}
	// The match runs over the syntax of a JSON text: what it covers of each leaf
	// goes, the syntax stays.
	first, _ := slices.BinarySearchFunc(v.tops, at.Start, func(i int32, start int) int {
		if v.leaves[i].Span.End <= start {
			return -1
		}
		return 1
	})
	for _, i := range v.tops[first:] {
		l := &v.leaves[i]
		if l.Span.Start >= at.End {
			break
		}
		part := span.Span{Start: max(at.Start, l.Span.Start), End: min(at.End, l.Span.End)}
		if l.Coding != structure.Verbatim {
			part = l.Span
		}
		if !part.Empty() {
			s.emit(v, m, part, l)
		}
	}
}

// emit appends the match with its span moved to the text as it came.
func (s *scanner) emit(v *view, m Match, at span.Span, leaf *structure.Leaf) {
	m = s.placed(v, m, &at, leaf)
	m.Text, m.Span = s.text, v.Source(at)
	s.dst = append(s.dst, m)
	if m.Reason == field.ReasonNone {
		s.event(Event{Kind: Matched, Rule: m.Rule, Span: m.Span, Confidence: m.Confidence})
	}
}

// placed sets what a replacement of the match needs, and widens its span to what
// can be replaced.
func (s *scanner) placed(v *view, m Match, at *span.Span, leaf *structure.Leaf) Match {
	m.Form = v.form
	switch {
	case v.sealed != nil:
		m.Form, m.Quote = v.sealed.form, v.sealed.quote
	case leaf == nil:
	case v.form == structure.URL || leaf.Form == structure.URL:
		m.Form = structure.URL
	case leaf.Form == structure.JSONNumber:
		m.Form, m.Quote, *at = structure.JSONNumber, v.written(`"`), leaf.Span
		if v.strung[at.Start] {
			m.Quote = v.written(`\"`)
		}
	case v.form == structure.Plain:
		m.Form = leaf.Form
	}
	return m
}

func (s *scanner) fault(v *view, at span.Span, reason field.Reason) {
	s.emit(v, Match{Reason: reason}, at, nil)
}

// written is how text of the view must be written in the text as it came.
func (v *view) written(text string) string {
	for _, c := range slices.Backward(v.codings) {
		switch c {
		case structure.Backslash:
			text = escaped(text)
		case structure.Percent, structure.FormCoded:
			text = url.QueryEscape(text)
		case structure.Entities:
			text = strings.ReplaceAll(text, `"`, "&quot;")
		}
	}
	if v.form == structure.JSONString && !slices.Contains(v.codings, structure.Backslash) {
		text = escaped(text) // the string has no escapes yet, and needs them for this
	}
	return text
}

func escaped(text string) string { return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) }
