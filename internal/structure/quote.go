package structure

import (
	"strings"

	"github.com/airtight-telemetry/airtight/internal/span"
)

// quote is an opening quote and so what closes the string it opens.
type quote struct {
	char byte
	// slashes counts the backslashes before it: a string inside an escaped string.
	slashes int
	// triple marks three in a row, as in Python and TOML.
	triple bool
}

// quoteKinds counts the kinds of quote whose missing end is remembered apart:
// three characters, each plain, behind backslashes or triple.
const quoteKinds = 9

func (q quote) kind() int {
	kind := strings.IndexByte("\"'`", q.char)
	switch {
	case q.slashes > 0:
		kind += 3
	case q.triple:
		kind += 6
	}
	return kind
}

// multiline reports whether the string may hold line breaks.
func (q quote) multiline() bool { return q.triple || q.char == '`' }

// width is the number of bytes the quote takes.
func (q quote) width() int {
	if q.triple {
		return 3
	}
	return q.slashes + 1
}

// quoteAt reads the opening quote at i, if one stands there.
func (r *reader) quoteAt(i, end int) (q quote, ok bool) {
	start := i
	for i < end && r.text[i] == '\\' {
		i++
	}
	r.steps += i - start
	if i >= end || classes[r.text[i]] != quoteByte {
		return q, false
	}
	q = quote{char: r.text[i], slashes: i - start}
	if q.slashes == 0 && q.char != '`' && end-i > 3 && r.text[i+1] == q.char && r.text[i+2] == q.char {
		q.triple = true
	}
	return q, true
}

// literal is a quoted string in the text.
type literal struct {
	span.Span     // without the quotes
	next      int // after the closing quote
	closed    bool
	escape    int // where the last escape stands, -1 if there is none
}

// ends returns the literal with its end and what follows it set.
func (l literal) ends(end, next int) literal {
	l.End, l.next = end, next
	return l
}

// coding is how the literal is written.
func (l literal) coding() Coding {
	if l.escape >= l.Start {
		return Backslash
	}
	return Verbatim
}

// unclosedString remembers a string whose closing quote was looked for and not
// found, so that no other search crosses the same bytes.
type unclosedString struct {
	end    int // where the search gave up
	escape int // where the last escape before that stands
}

// literalAt reads the string that q opens at i. One that is never closed ends with
// the line or, if it may hold line breaks, with the text.
func (r *reader) literalAt(q quote, i, end int) literal {
	i += q.width()
	lit := literal{Span: span.Span{Start: i, End: i}, escape: -1}
	if known := r.unclosed[q.kind()]; i < known.end {
		lit.escape = known.escape
		stop := min(known.end, end)
		return lit.ends(stop, stop)
	}
	for i < end {
		c := r.text[i]
		switch {
		case classes[c] == lineEnd && !q.multiline():
			return r.unclosedAt(q, lit, i)
		case c == '\\' && q.char != '`':
			run := i
			for run < end && r.text[run] == '\\' {
				run++
			}
			switch slashes := run - i; {
			case run < end && r.text[run] == q.char && slashes == q.slashes:
				return r.closedAt(lit, i, run+1)
			case run < end && r.text[run] == q.char && slashes < q.slashes:
				return r.unclosedAt(q, lit, i) // the end of a string around this one
			case q.slashes == 0 && slashes%2 == 0:
				lit.escape, i = i, run
			default:
				lit.escape, i = i, min(run+1, end)
			}
		case c != q.char:
			i++
		case q.slashes > 0:
			return r.unclosedAt(q, lit, i)
		case q.triple:
			if end-i >= 3 && r.text[i+1] == c && r.text[i+2] == c {
				return r.closedAt(lit, i, i+3)
			}
			i++
		case c != '`' && i > lit.Start && i+1 < end && r.text[i+1] == c:
			i += 2 // SQL and CSV double a quote inside
		default:
			return r.closedAt(lit, i, i+1)
		}
	}
	return r.unclosedAt(q, lit, end)
}

func (r *reader) closedAt(lit literal, i, next int) literal {
	r.steps += next - lit.Start
	lit.closed = true
	return lit.ends(i, next)
}

func (r *reader) unclosedAt(q quote, lit literal, i int) literal {
	r.steps += i - lit.Start
	r.unclosed[q.kind()] = unclosedString{end: i, escape: lit.escape}
	return lit.ends(i, i)
}
