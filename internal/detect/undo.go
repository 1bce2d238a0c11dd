package detect

import (
	"cmp"
	"slices"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/span"
	"github.com/airtight-telemetry/airtight/internal/structure"
)

// The budget of views: all that are made of one text together hold so many bytes.
// Layers, and within each the kinds of coding, multiply: a text made for it holds all
// of them in each other. Of this, what is inflated may be no more than maxInflated
// bytes and inflatedPerByte for each of the text.
const (
	viewedPerByte, viewedBase    = 96, 64 << 10
	inflatedPerByte, maxInflated = 32, 1 << 20
)

// undone counts what the views of one text came to.
type undone struct{ viewed, inflated int }

// coded is what a text holds in codings that its writing does not show.
type coded struct {
	runs                    []structure.Run
	entities, quoted, chars bool
	wide                    bool // bytes beyond ASCII, which may hide ASCII
}

func (c *coded) any() bool { return len(c.runs) > 0 || c.entities || c.quoted || c.chars }

// seal is the place of a run, which takes what a replacement of the run needs.
type seal struct {
	form  structure.Form
	quote string
}

// lookForCodings notes what else must be undone in a view. Most texts hold none of
// it: each test turns ordinary text down in a pass that looks at few bytes, or at
// many at a time.
func (s *scanner) lookForCodings(v *view) {
	v.coded.wide = !v.normal && !structure.IsASCII(v.Text)
	if v.layers >= s.in.MaxDecode {
		return
	}
	room := min(maxInflated, inflatedPerByte*len(s.in.Text)) - s.undo.inflated
	v.coded.runs = structure.Runs(v.coded.runs, v.Text, room)
	v.coded.entities = structure.HasEntity(v.Text)
	v.coded.quoted = structure.HasQuotedPrintable(v.Text)
	v.coded.chars = structure.HasCharCode(v.Text)
}

// undoCodings examines what was noted, each in views of their own.
func (s *scanner) undoCodings(v *view) {
	if len(v.coded.runs) > 0 {
		s.undoRuns(v)
	}
	if v.coded.entities {
		s.undoAll(v, structure.Entities, structure.HasEntity)
	}
	if v.coded.quoted {
		s.undoAll(v, structure.QuotedPrintable, structure.HasQuotedPrintable)
	}
	if v.coded.chars && !v.whole {
		// The escapes of a string are undone with it; these may stand in the open.
		s.undoAll(v, structure.Backslash, structure.HasCharCode)
	}
	if v.coded.wide {
		s.normalise(v)
	}
}

// child is a view of inner, a view of v's text, for one more round. It is nil where
// the budget is used up: at is then reported.
func (s *scanner) child(v *view, inner *structure.View, at span.Span) *view {
	s.undo.viewed += len(inner.Text)
	if s.undo.viewed > viewedPerByte*len(s.in.Text)+viewedBase {
		s.fault(v, at, field.ReasonBudget)
		return nil
	}
	child := s.viewAt(v.depth + 1)
	child.View = inner.Within(&v.View)
	child.key, child.form, child.sealed, child.layers = v.key, v.form, v.sealed, v.layers
	child.codings = append(child.codings, v.codings...)
	return child
}

// undoRuns examines what runs of base64 and hexadecimal digits write. Both the runs
// and the leaves come in order of their start.
func (s *scanner) undoRuns(v *view) {
	var open []int32
	next := 0
	for _, r := range v.coded.runs {
		for next < len(v.leaves) && v.leaves[next].Span.Start <= r.Span.Start {
			open = append(open, int32(next))
			next++
		}
		open = slices.DeleteFunc(open, func(i int32) bool { return v.leaves[i].Span.End <= r.Span.Start })
		var leaf *structure.Leaf
		for _, i := range slices.Backward(open) {
			if l := &v.leaves[i]; l.Span.Overlaps(r.Span) && !l.Unread {
				leaf = l
				break
			}
		}
		s.undoRun(v, &r, leaf)
	}
}

// undoShort examines what a short value under a telling key writes.
func (s *scanner) undoShort(v *view, value string, at span.Span, leaf *structure.Leaf) {
	if v.layers >= s.in.MaxDecode {
		return
	}
	if text, ok := structure.Short(value); ok {
		s.undoRun(v, &structure.Run{Span: at, Text: text}, leaf)
	}
}

func (s *scanner) undoRun(v *view, r *structure.Run, leaf *structure.Leaf) {
	if leaf != nil && leaf.Coding != structure.Verbatim && leaf.Form != structure.Plain {
		return // its escapes are undone in a view of its own
	}
	place, at := v.sealed, r.Span
	if place == nil {
		// What a replacement needs is what one of the run itself would.
		m := s.placed(v, Match{}, &at, leaf)
		place = &seal{m.Form, m.Quote}
	}
	s.undo.inflated += r.Inflated
	if r.Cut {
		s.emit(v, Match{Reason: field.ReasonSize}, at, leaf)
	}
	if r.Text == "" {
		return
	}
	inner := structure.Opaque(r.Text, at)
	child := s.child(v, &inner, at)
	if child == nil {
		return
	}
	child.layers++
	child.sealed, child.form = place, structure.Plain
	// What a run in a run stands behind is what the outer one does.
	child.before = cmp.Or(before(v.Text, at.Start), v.before)
	if leaf != nil && leaf.Key != "" && !leaf.IsKey {
		child.key = leaf.Key
	}
	s.view(child)
}

// searchAfter looks all through what a run writes for the rules whose keyword stands
// before the run.
func (s *scanner) searchAfter(v *view) {
	if v.before == "" {
		return
	}
	for _, rule := range distinct(s.e.keywords.Within(nil, v.before)) {
		if s.in.Want.Has(rule) {
			s.searchSpan(v, rule, span.Span{End: len(v.Text)})
		}
	}
}

// undoAll examines the text with one coding undone throughout. In a JSON text that
// is done string by string: undone, the escapes of others may be syntax.
func (s *scanner) undoAll(v *view, c structure.Coding, has func(string) bool) {
	if !v.whole {
		all := structure.Leaf{Span: span.Span{End: len(v.Text)}, Form: v.form}
		s.decodeAs(v, &all, c)
		return
	}
	for _, i := range v.tops {
		l := &v.leaves[i]
		if !l.Unread && l.Coding == structure.Verbatim && has(l.Span.In(v.Text)) {
			s.decodeAs(v, l, c)
		}
	}
}

// normalise examines the text as it reads with Unicode's many ways to write the
// same undone. That is no coding and counts as no layer.
func (s *scanner) normalise(v *view) {
	inner, changed := structure.Normalise(v.Text)
	if !changed {
		return
	}
	child := s.child(v, &inner, span.Span{End: len(v.Text)})
	if child == nil {
		return
	}
	child.normal = true
	s.view(child)
}
