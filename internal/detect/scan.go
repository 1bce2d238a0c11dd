package detect

import (
	"cmp"
	"hash/maphash"
	"net/url"
	"slices"
	"strings"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/prefilter"
	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/span"
	"github.com/airtight-telemetry/airtight/internal/structure"
)

// Text is one text of a batch with what is known of it beforehand.
type Text struct {
	Text string
	// Key is the nearest key that names the text, if any: it is context.
	Key string
	// Want is the set of rules to look for.
	Want Set
	// Mask, if set, knows the keys inside the text whose whole value is masked
	// whatever it is; such matches carry FieldRule.
	Mask Masker
	// Known, if set, are values found elsewhere, which count here whatever Want says.
	Known *Known
	// MaxDepth bounds nested containers and MaxDecode layers of escapes and other
	// codings. What lies deeper than MaxDepth is reported with a Reason.
	MaxDepth, MaxDecode int
	// Continued says that the text is a later stretch of a longer one, so that it
	// may begin within a string.
	Continued bool
}

// Masker says whether a policy masks whatever stands under a key, given the path
// of keys from the outside in, joined by dots.
type Masker interface{ MasksKey(path string) bool }

// FieldRule is the Rule of a match that a key of Text.Mask gave.
const FieldRule = -1

// Match is one place where a rule holds, or one that could not be examined. It
// carries offsets, never text.
type Match struct {
	// Text is the index of the text in the batch.
	Text int
	// Rule is the rule's index in the engine, or FieldRule.
	Rule int
	// Span is what must go, in the text as it came.
	Span span.Span
	// Value is the part of Decoded, or of the text where Decoded is empty, that the
	// rule found. It is borrowed until the next Scan.
	Value string
	// Form is the writing the span stands in.
	Form structure.Form
	// Quote is what must stand on both sides of a replacement, written as the
	// containers around it demand: empty but for JSON numbers.
	Quote string
	// Literal says that the span is a literal of a query, so that a placeholder is
	// what a mask of it looks like.
	Literal bool
	// Confidence is the rule's base, raised by context.
	Confidence rule.Confidence
	// Reason, if set, says why the span could not be examined.
	Reason field.Reason
}

// The budget of one rule in one text, in steps: so much on single tries, then one
// search of the whole rest, then the text can't be examined. A step is a rune
// looked at.
const (
	triesPerByte, triesBase   = 2, 512
	searchPerByte, searchBase = 32, 16384
)

// The budget of all rules together in one text. Ordinary text takes a few steps a
// byte; only one made to be slow for many rules at once comes near this.
const textPerByte, textBase = 512, 1 << 20

// maxLeaves bounds the values read in one view; what follows can't be examined.
const maxLeaves = 1 << 20

// chunk bounds how many candidates are held at once.
const chunk = 512

// scanner is the scratch of one scan. It belongs to one goroutine.
type scanner struct {
	e       *Engine
	machine machine
	dfas    []*dfa // by rule
	room    int    // for the automata
	hits    []prefilter.Hit
	places  []prefilter.Place
	states  []search // by rule
	touched []int32  // rules whose search is not fresh
	views   []*view  // by depth
	open    []int32
	keys    keyCache
	clean   *cleanTexts
	lits    []structure.Literal

	dst   []Match
	text  int // index of the text being scanned
	work  int // steps taken in it
	undo  undone
	in    *Text
	trace func(Event)
}

func newScanner(e *Engine) *scanner {
	return &scanner{e: e, dfas: make([]*dfa, len(e.plans)), room: automataRoom, states: make([]search, len(e.plans)), keys: newKeyCache(), clean: &cleanTexts{seed: maphash.MakeSeed()}}
}

// search is where one rule stands in one view.
type search struct {
	next  int // the first start not tried
	steps int
	all   bool // the rest was searched whole
}

// view is a text, or a decoded part of one, on its way through the rules.
type view struct {
	structure.View
	key     string
	form    structure.Form
	codings []structure.Coding // undone so far, from the outermost in
	layers  int                // how many that is, views of one part of a text included
	depth   int                // how many views this one stands in
	normal  bool               // a normalised view
	sealed  *seal              // set where all of it stands in digits that go whole
	before  string             // what stands before such digits

	leaves  []structure.Leaf
	whole   bool         // the text is one JSON value: what no leaf covers is syntax
	tops    []int32      // the leaves that no other leaf holds
	strung  map[int]bool // where the numbers start that stand in JSON inside a JSON string
	pending []pending
	alone   []int32 // leaves to be examined on their own
	coded   coded   // what stands in it in other codings
}

// pending is a match of a pattern before its surroundings were looked at.
type pending struct {
	rule         int
	known        int32 // the known value that stands here, from 1 on; 0 for none
	value, whole span.Span
}

// Scan appends the matches of all texts to dst, in order of their text; the
// matches of one text come in no order and may overlap. Its time is linear in
// the texts, whatever they hold.
func (e *Engine) Scan(dst []Match, texts []Text) []Match {
	s := e.scanner()
	s.dst, s.trace = dst, nil
	for i := range texts {
		s.text, s.in = i, &texts[i]
		s.scan()
	}
	dst = s.dst
	s.dst, s.in = nil, nil
	e.release(s)
	return dst
}

func (s *scanner) scan() {
	if s.in.Text == "" {
		return
	}
	if s.trace != nil || !short(s.in) {
		s.whole()
		return
	}
	at, hash, known := s.clean.slot(s.in)
	if known {
		return
	}
	before := len(s.dst)
	s.whole()
	if len(s.dst) == before {
		s.clean.note(s.in, at, hash)
	}
}

// whole examines the text as it came, and through it what it holds.
func (s *scanner) whole() {
	s.work, s.undo = 0, undone{}
	v := s.viewAt(0)
	v.View, v.key = structure.View{Text: s.in.Text}, s.in.Key
	s.view(v)
}

// viewAt is an empty view for a depth.
func (s *scanner) viewAt(depth int) *view {
	for len(s.views) <= depth {
		s.views = append(s.views, &view{})
	}
	v := s.views[depth]
	*v = view{depth: depth, leaves: v.leaves[:0], tops: v.tops[:0], pending: v.pending[:0], alone: v.alone[:0], codings: v.codings[:0], coded: coded{runs: v.coded.runs[:0]}}
	return v
}

// spent reports that the text's budget is used up.
func (s *scanner) spent() bool { return s.work > textPerByte*len(s.in.Text)+textBase }

// view examines one view: first what its bytes say, then what its writing says.
func (s *scanner) view(v *view) {
	near := s.candidates(v)
	if s.spent() {
		s.fault(v, span.Span{Start: 0, End: len(v.Text)}, field.ReasonBudget)
		return
	}
	s.searchByKey(v, v.key, span.Span{Start: 0, End: len(v.Text)})
	s.wholeValue(v, v.key, v.Text, nil)
	s.searchAfter(v)
	s.lookForCodings(v)
	if near || len(v.pending) > 0 || s.in.Mask != nil || escapes(v.Text) || v.coded.any() {
		s.read(v)
	}
	s.settle(v)
	s.undoCodings(v)
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

// escapes reports whether the text may hold something that is written with
// escapes: without one, what it says is what stands there.
func escapes(text string) bool {
	return strings.IndexByte(text, '\\') >= 0 || strings.IndexByte(text, '%') >= 0
}

// written is how text of the view must be written in the text as it came.
func (v *view) written(text string) string {
	for _, c := range slices.Backward(v.codings) {
		switch c {
		case structure.Backslash:
			text = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)
		case structure.Percent, structure.FormCoded:
			text = url.QueryEscape(text)
		case structure.Entities:
			text = strings.ReplaceAll(text, `"`, "&quot;")
		}
	}
	return text
}
