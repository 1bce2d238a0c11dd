package guard

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"
	"unsafe"

	"github.com/airtight-telemetry/airtight/internal/detect"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/span"
)

// extra is a match that a slot's text alone does not show: of a text it is only a
// part of, or of a value proven elsewhere. Its span is in the slot.
type extra struct {
	slot int32
	detect.Match
}

// joint is a text made of stretches of several slots.
type joint struct {
	text   []byte
	pieces []piece
}

// piece is a stretch of a slot in a joint.
type piece struct {
	slot int32
	from int // in the slot's text as it is now
	at   int // in the joint
	size int
	// kept says that the stretch says nothing by itself and stays: the first and the
	// last line of a key.
	kept bool
}

func (j *joint) reset() { j.text, j.pieces = j.text[:0], j.pieces[:0] }

// add appends text[from:to] of a slot.
func (j *joint) add(i int32, text string, from, to int, kept bool) {
	if from == to {
		return
	}
	j.pieces = append(j.pieces, piece{slot: i, from: from, at: len(j.text), size: to - from, kept: kept})
	j.text = append(j.text, text[from:to]...)
}

// beyond looks for what is broken over neighbours: elements of one array, and the
// bodies of log records that follow one another on one resource and scope. In later
// rounds only what an edit has changed is looked at again, unless something went whole
// and so made neighbours of others.
func (s *Session) beyond(later bool) {
	s.extra = s.extra[:0]
	later = later && !s.removed
	gone := s.gone()
	b := &s.block
	b.close()
	last, due := int32(-1), uint32(0) // the last of the stream, and the record that follows it
	element, counted := int32(-1), uint32(math.MaxUint32)
	for i := range s.slots {
		sl := &s.slots[i]
		if gone != nil && gone[sl.Record] {
			if sl.Record != counted { // the record after it takes its number
				counted = sl.Record
				due++
			}
			continue
		}
		if sl.Kind != field.String {
			element = -1
			continue
		}
		if s.wentWhole(sl) {
			continue
		}
		if shared(sl.Place.Part) {
			last = -1
		}
		streams := inStream(&sl.Place)
		switch {
		case element >= 0 && s.sameArray(&s.slots[element], sl):
			s.meet(element, int32(i), true, later)
		case streams && last >= 0 && sl.Record-due <= maxEmpty && sl.Place.Path == s.slots[last].Place.Path:
			s.meet(last, int32(i), sl.Record == due, later)
		}
		element = int32(i)
		if streams {
			last, due = int32(i), sl.Record+1
		}
	}
	s.endBlock(later)
	slices.SortStableFunc(s.extra, func(a, b extra) int { return int(a.slot - b.slot) })
}

// maxEmpty is how many records without a text may stand between two neighbours: OpenPGP
// keys have an empty line.
const maxEmpty = 1

// meet looks at two neighbours; next says that nothing stands between them.
func (s *Session) meet(a, b int32, next, later bool) {
	first, second := &s.slots[a], &s.slots[b]
	if first.scope != second.scope || first.verdict != second.verdict || second.verdict != policy.Examine && second.verdict != policy.Leave {
		return
	}
	head, ok := s.current(first)
	if !ok {
		return
	}
	tail, ok := s.current(second)
	if !ok {
		return
	}
	if s.block.last != a || !s.block.feed(b, tail) {
		s.endBlock(later)
		if mayBeLine(tail) && s.block.open(a, head) && !s.block.feed(b, tail) {
			s.block.close()
		}
	}
	if next && s.block.last != b && (!later || first.edit+second.edit > 0) && seam(head, tail, first.Record == second.Record) {
		s.joinSeam(a, b, head, tail)
	}
}

// current is what a slot's text has become so far; ok is false where it is no text any
// more.
func (s *Session) current(sl *slot) (text string, ok bool) {
	if sl.edit == 0 {
		return sl.Text, true
	}
	e := &s.edits[sl.edit-1]
	return e.Text, e.Op == field.Replace
}

// gone are the records dropped so far, or nil.
func (s *Session) gone() map[uint32]bool {
	if len(s.drops) == 0 {
		return nil
	}
	m := make(map[uint32]bool, len(s.drops))
	for _, r := range s.drops {
		m[r] = true
	}
	return m
}

// sameArray reports whether two slots, between which stands none or what went whole, are
// elements of one array: only those have no key between them.
func (*Session) sameArray(a, b *slot) bool {
	part := b.Place.Part
	return a.Kind != field.Key && b.Kind != field.Key && a.Record == b.Record && a.Place.Part == part && (part == field.Body || part.IsAttribute()) && a.Place.Path == b.Place.Path
}

// inStream reports whether a place holds what an application writes line by line: a
// log record's body, its message member, or a line of text.
func inStream(p *field.Place) bool {
	switch p.Part {
	case field.Line:
		return true
	case field.Body:
		return p.Path == "" || isMessage(p.Path)
	case field.Attribute:
		return p.Signal == field.Text && isMessage(p.Path)
	}
	return false
}

func isMessage(path string) bool {
	switch path {
	case "message", "msg", "log", "body", "MESSAGE":
		return true
	}
	return false
}

// What is joined of two texts: the token that may be cut, up to maxRun on either
// side, and what stands around it.
const (
	maxRun      = 4 << 10
	seamContext = 128
)

// joinSeam examines what stands around the cut between two texts as one.
func (s *Session) joinSeam(a, b int32, first, second string) {
	from := max(0, len(first)-tailRun(first, maxRun)-seamContext)
	for !utf8.RuneStart(first[from]) {
		from++ // the last byte is ASCII
	}
	to := min(len(second), headRun(second, maxRun)+seamContext)
	for to < len(second) && !utf8.RuneStart(second[to]) {
		to--
	}
	j := &s.joint
	j.reset()
	j.add(a, first, from, len(first), false)
	j.add(b, second, 0, to, false)
	cut := len(first) - from
	s.examineJoint(j, func(m *detect.Match) bool {
		if s.looksJoined(m) {
			return false
		}
		end := m.Span.End - cut
		return end > 0 && m.Span.Start < cut && (m.Reason != field.ReasonNone || end == len(second) || byteKinds[second[end]] < joins || byteKinds[second[end-1]] < joins)
	})
}

// looksJoined reports whether a match may well be made by the joining: any two words
// with a dot at the seam are a host name.
func (s *Session) looksJoined(m *detect.Match) bool {
	return m.Reason == field.ReasonNone && m.Rule >= 0 && m.Confidence < rule.High && s.force.policy.Rules[m.Rule].Class == rule.Network
}

// examineJoint scans a joint, and of each match that counts holds against each slot
// what it covers there.
func (s *Session) examineJoint(j *joint, counts func(*detect.Match) bool) {
	// Nearly always nothing is found, and then the text need not outlive the joint.
	if len(s.scanJoint(j, unsafe.String(&j.text[0], len(j.text)))) == 0 {
		return
	}
	found := s.scanJoint(j, string(j.text))
	for k := range found {
		m := &found[k]
		if !counts(m) {
			continue
		}
		for _, p := range j.pieces {
			at := span.Span{Start: max(m.Span.Start, p.at), End: min(m.Span.End, p.at+p.size)}
			if p.kept || at.Empty() {
				continue
			}
			part := *m
			part.Span, part.Quote = at.Shift(p.from-p.at), ""
			s.extra = append(s.extra, extra{p.slot, part})
		}
	}
}

// forgetNeighbours drops what was joined and proven.
func (s *Session) forgetNeighbours() {
	clear(s.extra)
	clear(s.spans.joined)
	s.extra, s.spans.joined = s.extra[:0], s.spans.joined[:0]
	s.joint.reset()
	s.block.close()
	s.run, s.known, s.edited, s.removed = 0, nil, false, false
}

func (s *Session) scanJoint(j *joint, text string) []detect.Match {
	t := s.text(j.pieces[0].slot, text)
	t.Key, t.Mask = "", nil // a key of the first says nothing of the whole
	n := len(s.texts)
	s.texts = append(s.texts, t)
	s.spans.found = s.scan(s.spans.found[:0], s.texts[n:])
	s.texts = s.texts[:n]
	return s.spans.found
}

// maxSettled bounds how often a batch is looked at again for what an edit of one
// slot makes of its neighbours.
const maxSettled = maxRounds

// settle examines neighbours again where one of them was edited, until nothing more
// is found: that makes invariant 3 hold for what is broken over several slots.
func (s *Session) settle() {
	for round := 0; s.edited; round++ {
		s.edited = false
		if s.removed {
			s.keyAgain()
		}
		s.beyond(true)
		for more := s.extra; len(more) > 0; {
			i := more[0].slot
			var own []detect.Match
			own, more = s.with(nil, i, more)
			sl := &s.slots[i]
			text, ok := s.current(sl)
			switch {
			case !ok:
			case round == maxSettled:
				s.tombstone(sl, field.ReasonBudget)
			case sl.contained:
				s.plain(i, text, own)
			default:
				s.byRules(i, text, own, false)
			}
		}
		if round == maxSettled {
			return
		}
	}
}

// with appends to a slot's own matches those of more, which is sorted by slot and
// starts with no earlier one, and returns the rest.
func (s *Session) with(own []detect.Match, i int32, more []extra) (all []detect.Match, rest []extra) {
	if len(more) == 0 || more[0].slot != i {
		return own, more
	}
	all = append(s.spans.joined[:0], own...)
	for len(more) > 0 && more[0].slot == i {
		all = append(all, more[0].Match)
		more = more[1:]
	}
	s.spans.joined = all
	return all, more
}

// What a named value is: a member that holds the name, one that holds the value,
// and how many texts may stand between them.
const maxBetween = 6

// nameBefore returns the key of a value whose name stands beside it, as in
// {name: password, value: x} or header.name and header.value. OTLP wraps the value
// once more, in stringValue.
func (s *Session) nameBefore(i int32) (name string, ok bool) {
	sl := &s.slots[i]
	path, ok := valueOwner(&sl.Place)
	if !ok {
		return "", false
	}
	for n, seen := s.before(i), 0; n >= 0 && seen < 2*maxBetween; n, seen = s.before(n), seen+1 {
		o := &s.slots[n]
		if o.Record != sl.Record || o.Place.Part != sl.Place.Part {
			return "", false
		}
		if o.Kind != field.String || !names(&o.Place, path) {
			continue
		}
		return o.Text, s.keyLike(o.Text)
	}
	return "", false
}

// element says where slot i stands in its array if the slot before stands at run.
func (s *Session) element(before, i int32, run int) int {
	run++
	if before < 0 || !s.sameArray(&s.slots[before], &s.slots[i]) {
		run = 0
	}
	s.slots[i].paired = run&1 == 1
	return run
}

// before is the slot before i that did not go whole, -1 for none.
func (s *Session) before(i int32) int32 {
	for i--; i >= 0 && s.wentWhole(&s.slots[i]); i-- {
	}
	return i
}

func (s *Session) wentWhole(sl *slot) bool {
	return sl.edit > 0 && s.edits[sl.edit-1].Op == field.DropField
}

// keyAgain examines slots again whose key stands before them, after something between
// the two may have gone.
func (s *Session) keyAgain() {
	run, before := 0, int32(-1)
	for n := range s.slots {
		i, sl := int32(n), &s.slots[n]
		if s.wentWhole(sl) {
			continue
		}
		run = s.element(before, i, run)
		before = i
		if _, keyed := s.keyBefore(i); !keyed || sl.verdict != policy.Examine && sl.verdict != policy.Leave {
			continue
		}
		if text, ok := s.current(sl); ok {
			if found := s.again(i, text); len(found) > 0 {
				s.byRules(i, text, found, false)
			}
		}
	}
}

// keyBefore returns the key of a slot's text that stands in a slot before it.
func (s *Session) keyBefore(i int32) (key string, ok bool) {
	if s.slots[i].Kind == field.Key {
		return "", false
	}
	if key, ok = s.flagBefore(i); !ok {
		if key, ok = s.elementBefore(i); !ok {
			key, ok = s.nameBefore(i)
		}
	}
	return key, ok
}

// valueOwner is the path, with the dot behind it, of what a value member belongs to.
func valueOwner(p *field.Place) (path string, ok bool) {
	path = p.Path
	if p.Key == "stringValue" || p.Key == "string_value" {
		path = strings.TrimSuffix(strings.TrimSuffix(path, p.Key), ".")
	}
	for _, word := range [...]string{"value", "val", "Value"} {
		if head, is := strings.CutSuffix(path, word); is && (head == "" || head[len(head)-1] == '.' || word == "Value") {
			return head, true
		}
	}
	return "", false
}

// belongs reports whether a value is that of a member, so that a slot before it may
// name it.
func belongs(p *field.Place) bool {
	if n := len(p.Path); n == 0 || p.Path[n-1] != 'e' && p.Path[n-1] != 'l' {
		return false
	}
	_, ok := valueOwner(p)
	return ok
}

// names reports whether a place holds the name of what belongs to owner.
func names(p *field.Place, owner string) bool {
	path := p.Path
	if p.Key == "stringValue" || p.Key == "string_value" {
		path = strings.TrimSuffix(strings.TrimSuffix(path, p.Key), ".")
	}
	switch word, is := strings.CutPrefix(path, owner); {
	case !is:
		return false
	default:
		return strings.EqualFold(word, "name") || strings.EqualFold(word, "key")
	}
}

// keyLike reports whether a text can be a key: one word of what keys are made of,
// and no replacement, which may hold a word that the text before it did not.
func (s *Session) keyLike(text string) bool {
	if text == "" || len(text) > maxFlag {
		return false
	}
	letter := false
	for i := range len(text) {
		switch k := byteKinds[text[i]]; {
		case k == lowerLetter || k == upperLetter:
			letter = true
		case k == digit, text[i] == '_', text[i] == '-', text[i] == '.', text[i] == '/', text[i] == ' ':
		default:
			return false
		}
	}
	if letter {
		s.spans.names = s.force.recogniser.Find(s.spans.names[:0], text)
	}
	return letter && len(s.spans.names) == 0
}

// elementBefore returns the name of an array's element where the array is one of
// names and values in turn, as ["password", "x"]. A list of words looks the same, so
// the value must be none.
func (s *Session) elementBefore(i int32) (name string, ok bool) {
	sl := &s.slots[i]
	if !sl.paired || isWordOrPath(sl.Text) {
		return "", false
	}
	n := s.before(i)
	if n < 0 || s.slots[n].Kind != field.String {
		return "", false
	}
	name = s.slots[n].Text
	return name, s.keyLike(name) && !strings.Contains(name, " ")
}

// isWordOrPath reports whether text says nothing that a list of names would not: it
// has no digit, and no mark but those between words.
func isWordOrPath(text string) bool {
	for i := range len(text) {
		switch byteKinds[text[i]] {
		case digit:
			return false
		case breaks:
			if text[i] >= 0x80 {
				return false
			}
		case mark:
			if text[i] != '.' && text[i] != ':' && text[i] != '*' {
				return false
			}
		}
	}
	return true
}
