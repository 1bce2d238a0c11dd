package guard

import (
	"slices"
	"strings"

	"github.com/airtight-telemetry/airtight/internal/action"
	"github.com/airtight-telemetry/airtight/internal/detect"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/span"
)

// scratch is what rewriting needs and a session keeps.
type scratch struct {
	hits   []hit
	shadow []hit // hits that only count
	exempt []span.Span
	out    []byte
	found  []detect.Match
	joined []detect.Match
	names  []span.Span
	// distinct says that the last rewriting made one token of the whole text.
	distinct bool
}

// hit is a match that acts, with what the policy does about it.
type hit struct {
	detect.Match
	id       string
	class    rule.Class
	severity string
	action   action.Kind
}

// maxRounds bounds how often a rewritten text is examined again. A mask can make
// its neighbour match (a digit run after a word now follows a bracket); each round
// masks at least one stretch more, and a second suffices for nearly all texts.
const maxRounds = 8

// byRules carries out what the rules found in a slot, whose text is now this; first
// says that it is as it came. The text is examined again after each rewriting until
// nothing more is found: that makes invariant 3 hold.
func (s *Session) byRules(i int32, text string, found []detect.Match, first bool) {
	sl, before := &s.slots[i], text
	for round := 0; ; round++ {
		s.collect(sl, text, found, first && round == 0)
		if len(s.spans.hits) == 0 {
			break
		}
		if round == maxRounds {
			s.tombstone(sl, field.ReasonBudget)
			return
		}
		rewritten, ok := s.rewrite(sl, text)
		if !ok {
			return
		}
		text = rewritten
		found = s.again(i, text)
	}
	if text != before {
		s.replace(sl, text, s.spans.distinct)
	}
}

// again examines a slot's rewritten text.
func (s *Session) again(i int32, text string) []detect.Match {
	texts, parts := len(s.texts), len(s.parts)
	s.examine(i, text, cleanAt{})
	found := s.scan(s.spans.found[:0], s.texts[texts:])
	for j := range found {
		found[j].Span = found[j].Span.Shift(int(s.parts[parts+found[j].Text].from))
	}
	s.texts, s.parts, s.spans.found = s.texts[:texts], s.parts[:parts], found
	return found
}

// collect keeps of the matches those that act. first says that the text is as it
// came: only then is reported what does not act.
func (s *Session) collect(sl *slot, text string, found []detect.Match, first bool) {
	s.spans.hits = s.spans.hits[:0]
	s.spans.shadow = s.spans.shadow[:0]
	s.spans.exempt = s.spans.exempt[:0]
	if len(found) > 0 {
		s.spans.exempt = s.force.recogniser.Find(s.spans.exempt, text)
	}
	for _, m := range found {
		if s.exempt(m.Span) || m.Literal && s.replaced(text, m.Span) {
			continue
		}
		h, enforce, ok := s.judge(sl, m, first)
		switch {
		case !ok:
		case enforce:
			s.spans.hits = append(s.spans.hits, h)
		case first:
			s.spans.shadow = append(s.spans.shadow, h)
		}
	}
	s.reportShadow(sl)
}

// reportShadow reports what stays as it is, once for each stretch: as many findings as
// there would be if it were masked.
func (s *Session) reportShadow(sl *slot) {
	hits := s.spans.shadow
	slices.SortFunc(hits, func(a, b hit) int { return span.Compare(a.Span, b.Span) })
	for len(hits) > 0 {
		n, _ := union(hits)
		label := mostTelling(hits[:n])
		hits = hits[n:]
		s.report(sl, &label, true)
	}
}

// judge says what the policy does about a match; ok is false where that is nothing.
func (s *Session) judge(sl *slot, m detect.Match, first bool) (h hit, enforce, ok bool) {
	h = hit{Match: m}
	if m.Reason != field.ReasonNone {
		return h, true, true
	}
	if m.Rule == detect.FieldRule {
		h.id, h.class, h.action = action.FieldID, rule.Secret, action.Mask
		return h, sl.scope.Enforce(), true
	}
	o, r := sl.scope.Rule(m.Rule), &s.force.policy.Rules[m.Rule]
	least := o.MinConfidence
	if sl.verdict == policy.Leave {
		least = rule.High
	}
	// What was proven elsewhere may be of a rule that is off here, or of a class for
	// which a field that is left alone is not examined.
	off := !sl.scope.Want().Has(m.Rule) || sl.verdict == policy.Leave && r.Class != rule.Secret
	if m.Confidence < least || off {
		return h, false, false
	}
	if s.force.policy.Allowed(m.Rule, m.Value, s.now) {
		if first {
			s.tally.suppress(r.ID)
		}
		return h, false, false
	}
	h.id, h.class, h.severity, h.action = r.ID, r.Class, r.Severity, o.Action
	return h, o.Enforce, true
}

// exempt reports whether the span lies in a replacement that is there already.
func (s *Session) exempt(at span.Span) bool {
	rest := at
	for _, e := range s.spans.exempt {
		if e.Start > rest.Start {
			return false
		}
		if e.End > rest.Start {
			rest.Start = e.End
		}
		if rest.Empty() {
			return true
		}
	}
	return false
}

// replaced reports whether a literal holds nothing but placeholders and other
// replacements, as in "?[redacted:email]?".
func (s *Session) replaced(text string, at span.Span) bool {
	exempt := s.spans.exempt
	for i := at.Start; i < at.End; {
		for len(exempt) > 0 && exempt[0].End <= i {
			exempt = exempt[1:]
		}
		switch {
		case len(exempt) > 0 && exempt[0].Start <= i:
			i = exempt[0].End
		case text[i] == '?':
			i++
		default:
			return false
		}
	}
	return true
}

func (s *Session) report(sl *slot, h *hit, exposed bool) {
	f := s.finding(sl)
	f.Rule, f.Class, f.Severity, f.Confidence, f.Action, f.Exposed = h.id, h.class, h.severity, h.Confidence, h.action, exposed
	s.tally.found(f)
	s.leaked(sl, h.id, h.class)
	s.sightRule(sl, f, h)
}

// rewrite replaces every stretch that hits cover. ok is false where the slot or
// its record went whole instead.
func (s *Session) rewrite(sl *slot, text string) (rewritten string, ok bool) {
	hits := s.spans.hits
	slices.SortFunc(hits, func(a, b hit) int { return span.Compare(a.Span, b.Span) })
	s.spans.out = s.spans.out[:0]
	s.spans.distinct = false
	at, exempt := 0, s.spans.exempt
	for len(hits) > 0 {
		n, all := union(hits)
		label := mostTelling(hits[:n])
		hits = hits[n:]
		if label.Reason != field.ReasonNone && (all.Len() == len(text) || s.force.policy.OnError == policy.OnErrorDropRecord) {
			s.tombstone(sl, label.Reason)
			return "", false
		}
		s.spans.distinct = s.spans.distinct || label.action == action.Token && s.force.tokens != nil && label.Span.Len() == len(text) && label.Value == text
		if label.Reason == field.ReasonNone {
			s.report(sl, &label, false)
		}
		switch label.action {
		case action.DropRecord:
			s.dropRecord(sl)
			return "", false
		case action.Drop:
			s.edit(sl, field.Edit{Ref: sl.Ref, Op: field.DropField}, finding.Masked)
			return "", false
		}
		for len(exempt) > 0 && exempt[0].End <= all.Start {
			exempt = exempt[1:]
		}
		s.spans.out = append(s.spans.out, text[at:all.Start]...)
		s.spans.out, exempt = s.fill(s.spans.out, text, all, label, exempt)
		at = all.End
	}
	s.spans.out = append(s.spans.out, text[at:]...)
	return string(s.spans.out), true
}

// fill appends the replacement of one stretch. Replacements that stand in it
// already keep their own bytes; what is left beside them is replaced.
func (s *Session) fill(out []byte, text string, all span.Span, label hit, exempt []span.Span) ([]byte, []span.Span) {
	if len(exempt) == 0 || !exempt[0].Overlaps(all) {
		return s.put(out, text, all, label), exempt
	}
	rest := all
	for len(exempt) > 0 && exempt[0].Overlaps(all) {
		e := exempt[0]
		if before := (span.Span{Start: rest.Start, End: e.Start}); !before.Empty() {
			out = s.put(out, text, before, label)
		}
		out = append(out, text[max(e.Start, rest.Start):min(e.End, all.End)]...)
		rest.Start = e.End
		if e.End > all.End {
			break // it reaches past the stretch, maybe into the next
		}
		exempt = exempt[1:]
	}
	if !rest.Empty() {
		out = s.put(out, text, rest, label)
	}
	return out, exempt
}

// put appends what takes a stretch's place. A label stands for its own value only
// where it alone covers the stretch.
func (s *Session) put(out []byte, text string, at span.Span, label hit) []byte {
	if label.Reason != field.ReasonNone {
		s.tally.tombstoned[label.Reason] += at.Len()
		out = append(out, label.Quote...)
		out = append(out, label.Reason.TombstoneText()...)
		return append(out, label.Quote...)
	}
	value := at.In(text)
	if at == label.Span {
		value = label.Value
	}
	return action.Append(out, label.action, value, action.Slot{RuleID: label.id, Class: label.class, Form: label.Form, Quote: label.Quote, Literal: label.Literal}, s.force.tokens)
}

// union is how many of the sorted hits overlap the first, one after the other, and
// what they cover together.
func union(hits []hit) (n int, all span.Span) {
	all = hits[0].Span
	n = 1
	for n < len(hits) && hits[n].Span.Overlaps(all) {
		all = all.Union(hits[n].Span)
		n++
	}
	return n, all
}

// mostTelling picks the label of overlapping hits: one that could not be examined,
// else the most confident, then the longest, the earliest and the first by id. Its
// action becomes the strictest of all, and its quote the one that one of them needs.
func mostTelling(hits []hit) hit {
	best := hits[0]
	for _, h := range hits[1:] {
		if h.before(&best) {
			best, h = h, best
		}
		best.action = max(best.action, h.action)
		if best.Quote == "" {
			best.Quote, best.Form = h.Quote, max(best.Form, h.Form)
		}
	}
	return best
}

func (h *hit) before(o *hit) bool {
	if (h.Reason != field.ReasonNone) != (o.Reason != field.ReasonNone) {
		return h.Reason != field.ReasonNone
	}
	if h.Confidence != o.Confidence {
		return h.Confidence > o.Confidence
	}
	if h.Span.Len() != o.Span.Len() {
		return h.Span.Len() > o.Span.Len()
	}
	if h.Span.Start != o.Span.Start {
		return h.Span.Start < o.Span.Start
	}
	return strings.Compare(h.id, o.id) < 0
}
