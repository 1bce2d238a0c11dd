// Package span holds the one way airtight names a stretch of text: a half-open
// pair of byte offsets.
package span

import "slices"

// Span is the half-open range [Start, End) of byte offsets in a text. The text
// itself is never part of it.
type Span struct{ Start, End int }

// Len is the number of bytes the span covers.
func (s Span) Len() int { return s.End - s.Start }

// Empty reports whether the span covers no byte.
func (s Span) Empty() bool { return s.End <= s.Start }

// Overlaps reports whether the two spans share at least one byte.
func (s Span) Overlaps(t Span) bool { return s.Start < t.End && t.Start < s.End }

// Contains reports whether every byte of t lies in s.
func (s Span) Contains(t Span) bool { return s.Start <= t.Start && t.End <= s.End }

// Union is the smallest span that covers both.
func (s Span) Union(t Span) Span { return Span{min(s.Start, t.Start), max(s.End, t.End)} }

// In cuts the span's text out. The caller guarantees that the span lies in text.
func (s Span) In(text string) string { return text[s.Start:s.End] }

// Shift moves the span by n bytes.
func (s Span) Shift(n int) Span { return Span{s.Start + n, s.End + n} }

// Compare orders spans by start, then longest first.
func Compare(a, b Span) int {
	if a.Start != b.Start {
		return a.Start - b.Start
	}
	return b.End - a.End
}

// Merge sorts spans in place and joins those that overlap. Spans that only
// touch stay apart, so that two secrets side by side remain two.
func Merge(spans []Span) []Span {
	if len(spans) < 2 {
		return spans
	}
	slices.SortFunc(spans, Compare)
	out := spans[:1]
	for _, s := range spans[1:] {
		if last := &out[len(out)-1]; s.Overlaps(*last) {
			last.End = max(last.End, s.End)
		} else {
			out = append(out, s)
		}
	}
	return out
}
