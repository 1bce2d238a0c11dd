package detect

import (
	"strings"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/prefilter"
	"github.com/airtight-telemetry/airtight/internal/span"
	"github.com/airtight-telemetry/airtight/internal/structure"
)

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
	scratch prefilter.Scratch
	hits    []prefilter.Hit
	places  []prefilter.Place
	states  []search // by rule
	touched []int32  // rules whose search is not fresh
	views   []*view  // by depth
	open    []int32
	keys    keyCache
	lits    []structure.Literal
	wanted  wanted

	dst   []Match
	text  int // index of the text being scanned
	work  int // steps taken in it
	undo  undone
	in    *Text
	trace func(Event)

	// always has every text's writing read, even where nothing can be under a key: to
	// test that it makes no difference.
	always bool
}

func newScanner(e *Engine) *scanner {
	return &scanner{e: e, dfas: make([]*dfa, len(e.plans)), room: automataRoom, states: make([]search, len(e.plans)), keys: newKeyCache()}
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

// scan examines the text as it came, and through it what it holds.
func (s *scanner) scan() {
	if s.in.Text == "" {
		return
	}
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
	if near || s.always || len(v.pending) > 0 || s.in.Mask != nil || escapes(v.Text) || v.coded.any() {
		s.read(v)
	}
	s.settle(v)
	s.undoCodings(v)
}

// escapes reports whether the text may hold something that is written with
// escapes: without one, what it says is what stands there.
func escapes(text string) bool {
	return strings.IndexByte(text, '\\') >= 0 || strings.IndexByte(text, '%') >= 0
}
