package detect

import (
	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/span"
)

// EventKind is a step in the decision on a rule.
type EventKind string

// The steps that Explain reports.
const (
	Candidate EventKind = "candidate" // a literal, keyword or shape of the rule stands here
	NoPattern EventKind = "pattern"   // the key fits, the value does not
	Invalid   EventKind = "validator" // a validator turned the value down
	NoKeyword EventKind = "keyword"   // the mandatory keyword is missing
	Matched   EventKind = "match"
)

// Event is one step in the decision on a rule. It carries offsets, never text.
type Event struct {
	Kind EventKind
	Rule int
	// Span is where, in the text as it came; empty for a key rule's refusals.
	Span       span.Span
	Detail     string
	Confidence rule.Confidence
}

func (s *scanner) event(e Event) {
	if s.trace != nil {
		s.trace(e)
	}
}

// Explain scans one text and reports every step of every decision.
func (e *Engine) Explain(text Text, trace func(Event)) []Match {
	s := newScanner(e)
	s.trace = trace
	s.in = &text
	s.scan()
	return s.dst
}
