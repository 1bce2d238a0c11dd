package guard

import (
	"time"

	"github.com/airtight-telemetry/airtight/internal/action"
	"github.com/airtight-telemetry/airtight/internal/detect"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// Session is one batch on its way through the gate. It belongs to one goroutine.
type Session struct {
	guard *Guard
	force *force // nil: no policy, everything is tombstoned
	now   time.Time

	scope   *policy.Scope
	service string

	slots  []slot
	texts  []detect.Text
	parts  []part // by text
	memory *cleanSlots
	found  []detect.Match

	run     int   // where the slot added last stands in an array, from 0
	block   block // see beyond
	joint   joint
	extra   []extra
	known   *detect.Known // what was proven in the batch at hand, nil for nothing
	edited  bool          // since beyond looked last
	removed bool          // a field or record goes whole

	edits []field.Edit
	drops []uint32
	tally tally
	spans scratch

	sources    sources
	containing containing
}

// slot is a slot with what the policy says of it.
type slot struct {
	field.Slot
	scope     *policy.Scope
	service   string
	verdict   policy.Verdict
	index     int32 // in Session.slots
	edit      int32 // in Session.edits, from 1 on; 0 for none
	paired    bool  // the second, fourth and so on of an array
	known     bool  // to be clean, and not examined
	contained bool  // it was masked because its source is contained
}

// part says which stretch of which slot a text is: a long value is examined in
// several, which overlap.
type part struct {
	slot  int32
	from  int32
	clean cleanAt
}

// overlap is how many bytes two stretches of a long value share: a secret as long
// as that is found whole wherever the cut falls.
const overlap = 64 << 10

// Resource selects the policy for the slots that follow.
func (s *Session) Resource(r field.Resource) {
	s.service = ""
	if s.force == nil {
		return
	}
	s.scope = s.force.policy.For(r)
	s.service = s.force.showable(r.Get("service.name"))
	s.sources.resource(len(s.slots))
	if s.guard.sink != nil {
		s.guard.versions.note(s.service, r.Get("service.version"))
	}
}

// Add hands over one text. It is only borrowed until Resolve has returned.
func (s *Session) Add(f field.Slot) {
	if s.force == nil {
		s.slots = append(s.slots, slot{Slot: f})
		return
	}
	if s.scope == nil {
		s.scope = s.force.policy.For(field.Resource{})
	}
	i := int32(len(s.slots))
	s.slots = append(s.slots, slot{Slot: f, scope: s.scope, service: s.service, index: i})
	s.run = s.element(i-1, i, s.run)
	var at cleanAt
	if sl := &s.slots[i]; s.run == 0 && !belongs(&f.Place) && !s.afterSame(sl) {
		if at, sl.verdict, sl.known = s.memory.find(s.scope, &f); sl.known {
			return
		}
	}
	d := s.scope.Place(f.Place, f.Kind)
	s.slots[i].verdict = d.Verdict
	switch d.Verdict {
	case policy.Drop, policy.Remove, policy.MaskAll:
		if s.scope.Enforce() {
			return
		}
	case policy.LeaveShape:
		if d.Shape(f.Text) {
			s.memory.note(at, &s.slots[i])
			return
		}
	}
	s.examine(i, f.Text, at)
}

// afterSame reports whether a slot follows one of the same place, which may be the flag
// it is the argument of.
func (s *Session) afterSame(sl *slot) bool {
	if sl.index == 0 {
		return false
	}
	before := &s.slots[sl.index-1]
	return before.Kind == field.String && before.Record == sl.Record && before.Place == sl.Place
}

// examine queues a slot's text, a long one in stretches.
func (s *Session) examine(i int32, text string, at cleanAt) {
	limits := s.force.policy.Limits
	size := max(int(limits.MaxValue), 2*overlap)
	for from := 0; ; from += size - overlap {
		end := min(len(text), from+size)
		t := s.text(i, text[from:end])
		t.Continued = from > 0
		s.texts = append(s.texts, t)
		s.parts = append(s.parts, part{i, int32(from), at})
		if end == len(text) {
			return
		}
	}
}

func (s *Session) text(i int32, text string) detect.Text {
	sl := &s.slots[i]
	limits := s.force.policy.Limits
	t := detect.Text{Text: text, Key: sl.Place.Key, Want: sl.scope.Want(), MaxDepth: limits.MaxDepth, MaxDecode: limits.MaxDecode}
	if sl.Kind == field.Key {
		t.Key, t.Want = "", sl.scope.KeyWant()
	}
	if key, ok := s.keyBefore(i); ok {
		t.Key = key
	}
	t.Known = s.known
	if sl.verdict == policy.Leave {
		t.Want = sl.scope.LeaveWant()
	}
	if sl.scope.MasksKeys() {
		t.Mask = sl.scope
	}
	return t
}

// Resolve examines the batch and says what must change: edits of single slots,
// and records to drop whole. It never fails: what can't be examined is
// tombstoned. Both lists are borrowed until Close.
func (s *Session) Resolve() (edits []field.Edit, drop []uint32) {
	defer func() {
		if recover() != nil {
			edits, drop = s.tombstoneAll(field.ReasonPanic)
		}
		s.tally.report(s.guard.observer)
		s.publish()
	}()
	if s.force == nil {
		return s.tombstoneAll(field.ReasonConfig)
	}
	s.found = s.scan(s.found[:0], s.texts)
	s.noteClean()
	s.beyond(false)
	s.propagate()
	next, more := 0, s.extra
	for i := range s.slots {
		sl := &s.slots[i]
		s.tally.slot(sl)
		switch sl.verdict {
		case policy.Drop, policy.Remove, policy.MaskAll:
			s.byField(sl)
		}
		from := next
		for next < len(s.found) && s.parts[s.found[next].Text].slot == int32(i) {
			m := &s.found[next]
			m.Span = m.Span.Shift(int(s.parts[m.Text].from))
			next++
		}
		var own []detect.Match
		if own, more = s.with(s.found[from:next], int32(i), more); len(own) > 0 {
			s.byRules(int32(i), sl.Text, own, true)
		}
	}
	s.settle()
	s.contain()
	return s.edits, s.drops
}

// scan is Engine.Scan, made safe: if it panics the texts are scanned one by one,
// and the one that makes it panic is reported as not examined.
func (s *Session) scan(dst []detect.Match, texts []detect.Text) (found []detect.Match) {
	had := len(dst)
	defer func() {
		if recover() != nil {
			found = dst[:had]
			for i := range texts {
				found = s.scanOne(found, texts, i)
			}
		}
	}()
	return s.force.engine.Scan(dst, texts)
}

func (s *Session) scanOne(dst []detect.Match, texts []detect.Text, i int) (found []detect.Match) {
	had := len(dst)
	defer func() {
		if recover() != nil {
			m := detect.Match{Text: i, Reason: field.ReasonPanic}
			m.Span.End = len(texts[i].Text)
			found = append(dst[:had], m)
		}
	}()
	found = s.force.engine.Scan(dst, texts[i:i+1])
	for j := had; j < len(found); j++ {
		found[j].Text = i
	}
	return found
}

// byField carries out what the policy's field lists say of a slot. In shadow mode
// it is only counted.
func (s *Session) byField(sl *slot) {
	f := s.finding(sl)
	f.Rule, f.Confidence, f.Exposed = action.FieldID, rule.High, !sl.scope.Enforce()
	f.Action = action.Drop
	if sl.verdict == policy.MaskAll {
		f.Action = action.Mask
	}
	if sl.verdict != policy.Remove {
		s.tally.found(f)
		s.sightField(sl, f)
	}
	if f.Exposed {
		return
	}
	if f.Action == action.Drop {
		s.edit(sl, field.Edit{Ref: sl.Ref, Op: field.DropField}, finding.Masked)
		return
	}
	if s.force.recogniser.Whole(sl.Text) {
		return
	}
	s.replace(sl, string(action.Append(nil, action.Mask, "", action.Slot{RuleID: action.FieldID}, nil)), false)
}

// replace makes text the slot's value. A number becomes what the policy says.
func (s *Session) replace(sl *slot, text string, distinct bool) {
	e := field.Edit{Ref: sl.Ref, Op: field.Replace, Text: text, Distinct: distinct}
	if sl.Kind == field.Number {
		switch s.force.policy.Numbers {
		case policy.NumbersZero:
			e = field.Edit{Ref: sl.Ref, Op: field.Zero}
		case policy.NumbersDrop:
			e = field.Edit{Ref: sl.Ref, Op: field.DropField}
		}
	}
	s.edit(sl, e, finding.Masked)
}

func (s *Session) edit(sl *slot, e field.Edit, o finding.Outcome) {
	if sl.edit == 0 {
		s.edits = append(s.edits, e)
		sl.edit = int32(len(s.edits))
	} else {
		s.edits[sl.edit-1] = e
	}
	s.edited, s.removed = true, s.removed || e.Op == field.DropField
	s.tally.outcome(sl, o)
}

// tombstone puts a tombstone in a slot's place, or drops its record where the
// policy says so.
func (s *Session) tombstone(sl *slot, r field.Reason) {
	s.tally.tombstoned[r] += len(sl.Text)
	if s.force != nil && s.force.policy.OnError == policy.OnErrorDropRecord {
		s.dropRecord(sl)
		return
	}
	s.edit(sl, field.Edit{Ref: sl.Ref, Op: field.Tombstone, Text: r.TombstoneText()}, finding.Tombstoned)
}

func (s *Session) dropRecord(sl *slot) {
	s.drops = append(s.drops, sl.Record)
	s.edited, s.removed = true, true
	s.tally.outcome(sl, finding.Dropped)
}

func (s *Session) tombstoneAll(r field.Reason) ([]field.Edit, []uint32) {
	s.edits, s.drops = s.edits[:0], s.drops[:0]
	s.tally.reset()
	s.sources.forget()
	s.containing.reset()
	for i := range s.slots {
		s.slots[i].edit = 0
		s.tally.slot(&s.slots[i])
		s.tombstone(&s.slots[i], r)
	}
	return s.edits, s.drops
}

func (s *Session) finding(sl *slot) finding.Finding {
	return finding.Finding{Signal: sl.Place.Signal, Part: sl.Place.Part, Service: sl.service}
}

// keptSlots bounds the batches whose scratch is kept for the next: one of a million
// slots must not hold its memory for as long as the process lives.
const keptSlots = 1 << 15

// Close gives the session's scratch back. The lists that Resolve returned must
// not be used afterwards.
func (s *Session) Close() {
	if cap(s.slots) > keptSlots || cap(s.texts) > keptSlots {
		*s = Session{guard: s.guard, memory: s.memory}
	}
	clear(s.slots)
	clear(s.texts)
	clear(s.found)
	clear(s.edits)
	s.slots, s.texts, s.parts, s.found = s.slots[:0], s.texts[:0], s.parts[:0], s.found[:0]
	s.edits, s.drops = s.edits[:0], s.drops[:0]
	s.tally.reset()
	s.sources.reset()
	s.containing.reset()
	s.forgetNeighbours()
	s.force, s.scope, s.service = nil, nil, ""
	select {
	case s.guard.idle <- s:
	default:
	}
}
