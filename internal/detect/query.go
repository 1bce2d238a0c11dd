package detect

import (
	"github.com/airtight-telemetry/airtight/internal/span"
	"github.com/airtight-telemetry/airtight/internal/structure"
)

// literals finds the literals of a query.
type literals func(dst []structure.Literal, text string) []structure.Literal

// readers are the readers of queries by the name that a rule calls them.
var readers = map[string]literals{"sql": structure.QueryLiterals, "graphql": structure.GraphQLLiterals}

// literals makes a match of each literal in a query, value, that stands at a place
// in the view. leaf is nil when the query is the view itself.
func (s *scanner) literals(v *view, i int, value string, at span.Span, leaf *structure.Leaf) {
	plan := s.e.plans[i]
	s.work += len(value)
	s.lits = plan.literals(s.lits[:0], value)
	whole := span.Span{Start: 0, End: len(value)}
	inURL := v.form == structure.URL || leaf != nil && leaf.Form == structure.URL
	switch {
	case s.in.Continued && v.depth == 0 && leaf == nil:
		// Nothing says whether it begins inside a string or outside.
		s.lits = append(s.lits[:0], structure.Literal{Span: whole, Value: whole})
	case inURL && len(s.lits) > 0:
		// A placeholder would have to be escaped; what a URL shows is the value's mask.
		s.lits = append(s.lits[:0], structure.Literal{Span: whole, Value: whole})
	}
	confidence := plan.underKey(key(v, leaf))
	for _, l := range s.lits {
		m := Match{Rule: i, Value: l.Value.In(value), Confidence: confidence, Literal: !inURL && v.sealed == nil}
		if !s.valid(i, m.Value) {
			continue
		}
		if l.Quoted {
			m.Quote = quoteAround(v, leaf)
		}
		s.emit(v, m, l.Span.Shift(at.Start), leaf)
	}
}

// quoteAround is the quote that a placeholder in a query brings along, as it must be
// written in the text as it came: none where the query itself stands in plain double
// quotes.
func quoteAround(v *view, leaf *structure.Leaf) string {
	switch {
	case leaf == nil:
	case leaf.Form == structure.JSONString:
		return v.written(`\"`)
	case leaf.Span.Start > 0 && v.Text[leaf.Span.Start-1] == '"':
		return ""
	}
	return v.written(`"`)
}
