package explain

import (
	"context"
	"strings"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/linewalk"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// Piece is a part of a line: text in which nothing was found, or a mark in place of
// what was.
type Piece struct {
	Text string
	// Rule is what found the value that the mark stands for, empty in text.
	Rule  string
	Class rule.Class
	// Enforced is false where the policy leaves the value as it is.
	Enforced bool
}

// Marked is a batch of lines with a mark for everything the policy finds, whether it
// masks it or not: no value that it finds is in it. Lines must be valid UTF-8.
func (e *Explainer) Marked(w *linewalk.Walker, b linewalk.Batch, under string) ([][]Piece, error) {
	g, err := e.guard()
	if err != nil {
		return nil, err
	}
	s := g.Session(context.Background())
	defer s.Close()
	w.Collect(beneath{s, under}, b)
	lines := strings.Split(strings.TrimSuffix(b.Text, "\n"), "\n")
	marked, from := make([][]Piece, len(lines)), make([]int, len(lines))
	text := func(line, to int) {
		if t := lines[line][from[line]:to]; t != "" {
			marked[line] = append(marked[line], Piece{Text: t})
		}
	}
	for _, found := range s.Inspect(nil) {
		at := w.Locate(found.Ref, found.Span)
		line := at.Line
		if line >= len(lines) || at.Span.Start < from[line] || at.Span.End > len(lines[line]) {
			continue // inside what has a mark already
		}
		text(line, at.Span.Start)
		from[line] = at.Span.End
		name := found.Rule
		if found.Reason != field.ReasonNone {
			name = found.Reason.String()
		}
		marked[line] = append(marked[line], Piece{Rule: name, Class: found.Class, Enforced: found.Enforced || found.Reason != field.ReasonNone})
	}
	for line := range lines {
		text(line, len(lines[line]))
	}
	return marked, nil
}

// beneath puts lines of text under an attribute.
type beneath struct {
	linewalk.Collector
	under string
}

func (b beneath) Add(s field.Slot) { b.Collector.Add(placed(s, b.under)) }

// placed is a slot as the value of the attribute, if it is a line of text.
func placed(s field.Slot, under string) field.Slot {
	if s.Place.Part == field.Line && under != "" {
		s.Place.Part, s.Place.Path, s.Place.Key = field.Attribute, under, under
	}
	return s
}
