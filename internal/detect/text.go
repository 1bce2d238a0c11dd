package detect

import (
	"github.com/airtight-telemetry/airtight/internal/field"
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
