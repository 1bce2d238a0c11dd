package detect

import (
	"iter"
	"sync"

	"github.com/airtight-telemetry/airtight/internal/prefilter"
	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/span"
)

// KnownValue is a value that a rule found elsewhere.
type KnownValue struct {
	// Text is what to look for: the value, or a coded form of it. It is at least
	// KnownLen bytes long.
	Text string
	// Value is the value itself.
	Value string
	Rule  int
}

// KnownLen is the least length of what is looked for, in bytes. A value is looked for
// by its end of that length: the ends of secrets differ where their prefixes don't.
const KnownLen = 8

// Known are values that count wherever they stand and are no part of a longer word,
// whatever else stands around them. It is immutable and safe for concurrent use.
type Known struct {
	values []KnownValue
	ends   *prefilter.Literals
	by     [][]int32 // values by their end
}

// NewKnown makes values ready to be looked for. Shorter ones than KnownLen are left out.
func NewKnown(values []KnownValue) *Known {
	k := &Known{values: values}
	index := map[string]int{}
	var ends []string
	for i := range values {
		text := values[i].Text
		if len(text) < KnownLen {
			continue
		}
		end := text[len(text)-KnownLen:]
		n, ok := index[end]
		if !ok {
			n = len(ends)
			index[end] = n
			ends = append(ends, end)
			k.by = append(k.by, nil)
		}
		k.by[n] = append(k.by[n], int32(i))
	}
	k.ends = prefilter.NewLiterals(ends)
	return k
}

// In yields where the values stand in text, as they are written and by their own
// bytes alone: whether one is part of a longer word is not asked.
func (k *Known) In(text string) iter.Seq[span.Span] {
	return func(yield func(span.Span) bool) {
		k.each(text, func(_ int32, at span.Span) bool { return yield(at) })
	}
}

// scratches are for searches outside a scan.
var scratches = sync.Pool{New: func() any { return new(prefilter.Scratch) }}

func (k *Known) each(text string, yield func(i int32, at span.Span) bool) {
	scratch := scratches.Get().(*prefilter.Scratch)
	defer scratches.Put(scratch)
	var room [64]prefilter.Hit
	hits := room[:0]
	for at := 0; at < len(text); {
		hits, at = k.ends.Find(hits[:0], scratch, text, at, len(room))
		for _, h := range hits {
			for _, i := range k.by[h.Lit] {
				value := k.values[i].Text
				start := int(h.End) - len(value)
				if start >= 0 && text[start:h.End] == value && !yield(i, span.Span{Start: start, End: int(h.End)}) {
					return
				}
			}
		}
	}
}

// known holds the known values of a view, to be placed when its writing is read.
func (s *scanner) known(v *view) {
	s.in.Known.each(v.Text, func(i int32, at span.Span) bool {
		if stands(v.Text, at) {
			v.pending = append(v.pending, pending{rule: s.in.Known.values[i].Rule, known: i + 1, value: at, whole: at})
		}
		return true
	})
}

// stands reports whether what at covers is no part of a longer word or number.
func stands(text string, at span.Span) bool {
	return !(at.Start > 0 && isAlnum(text[at.Start-1]) && isAlnum(text[at.Start])) &&
		!(at.End < len(text) && isAlnum(text[at.End]) && isAlnum(text[at.End-1]))
}

// knownMatch is the match for a known value. It was proven where it was found, so
// validators and context are not asked again.
func (s *scanner) knownMatch(p pending) Match {
	k := &s.in.Known.values[p.known-1]
	return Match{Rule: k.Rule, Value: k.Value, Confidence: rule.High}
}
