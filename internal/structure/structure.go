// Package structure reads the writing inside a text: JSON, key and value pairs,
// URLs, queries, headers, string literals, markup and their kin. It knows where
// values and their keys stand and how to undo their escapes; it knows nothing
// about secrets.
//
// Everything here is linear in the length of the text, hostile text included: no
// reader goes back over what it has read more than a fixed number of times, and
// no byte lies in more than eight leaves.
package structure

import "github.com/airtight-telemetry/airtight/internal/span"

// Form is the kind of writing a value stands in, and so what may take its place.
type Form uint8

// The forms.
const (
	Plain      Form = iota // free text: anything may stand here
	JSONString             // between the quotes of a JSON string
	JSONNumber             // an unquoted JSON number: a replacement brings its own quotes
	URL                    // a percent-encoded part of a URL, query or form body
)

// Coding is how a value's bytes are written.
type Coding uint8

// The codings.
const (
	Verbatim  Coding = iota
	Backslash        // JSON, Go, Python and C escapes: \" \\ \n \t \uXXXX \xXX
	Percent          // %XX
	FormCoded        // %XX and + for space

	// Read gives no leaf these two: they are undone in a whole text or value where
	// HasEntity and HasQuotedPrintable see them.
	Entities        // the character references of HTML: &amp; &#64; &#x40;
	QuotedPrintable // =XX and = at the end of a line
)

// Leaf is one value found inside a text, with the key that names it.
type Leaf struct {
	// Key is the nearest key as written, escapes undone; "" where there is none.
	// Array elements inherit it. Some values have no written key and get a fixed
	// one: url.user, url.password, the lower-case name of an authentication scheme
	// (bearer, basic ...), password after SQL's IDENTIFIED BY.
	Key string
	// Path is every key from the outside in, joined by dots; where a text was read
	// inside a value, a slash stands between the two. It is at most 256 bytes long:
	// a longer one loses its outer keys and starts with an ellipsis.
	Path string
	// Span is the value's bytes in the text, without its quotes.
	Span span.Span
	Form Form
	// Coding is how the bytes are written: Verbatim where nothing looks like an escape.
	Coding Coding
	// IsKey marks an object key or a parameter name, which is text to examine too.
	// Its own Key is empty and its Path is that of the object it stands in.
	IsKey bool
	// Unread marks a stretch that was not read because a limit was reached: a JSON
	// container nested too deep, brackets included, or everything from the last leaf
	// to the end of the text. What it holds is unknown.
	Unread bool
}

// Limits bounds what Read follows. A zero field means its default.
type Limits struct {
	// MaxDepth is how many JSON containers may stand in each other; 32 by default.
	MaxDepth int
	// MaxLeaves is how many leaves one call may add; 65,536 by default.
	MaxLeaves int
}

const (
	defaultDepth  = 32
	defaultLeaves = 1 << 16
)

// Read appends the leaves found in text to dst, ordered by span.Compare: by
// start, and of those that start together the longest first. Leaves may nest: a
// URL in a logfmt value gives a leaf for the value and leaves for its parameters.
// They never cross, but for the Unread leaf of a reading that ran out of leaves: it
// is the last, and covers all that follows its start.
//
// The inside of a Verbatim leaf has been read, and what it holds follows it. The
// inside of a leaf with any other coding has not: the caller undoes the coding
// with Decode and calls Read again.
//
// whole reports that text, apart from surrounding white space, is one valid JSON
// object or array by RFC 8259 (encoding/json's Valid), so that every byte outside
// the leaves is syntax, true, false or null.
func Read(dst []Leaf, text string, lim Limits) (leaves []Leaf, whole bool) {
	r := newReader(dst, text, lim)
	whole = r.document()
	leaves = r.leaves
	r.release()
	return leaves, whole
}

// document reads the whole text: as JSON if it is, else as prose.
func (r *reader) document() (whole bool) {
	start, end := 0, len(r.text)
	for start < end && isJSONSpace(r.text[start]) {
		start++
	}
	if start == end || r.text[start] != '{' && r.text[start] != '[' {
		r.prose(0, end, scope{})
		return false
	}
	stop, valid := r.json(start, end, scope{form: JSONString})
	rest := stop
	for rest < end && isJSONSpace(r.text[rest]) {
		rest++
	}
	if valid && rest == end {
		return true
	}
	if r.text[start] == '[' && !r.opensJSON(start, end) {
		// "[1234] started" begins like JSON and is none: its numbers are not JSON's.
		r.forget()
		stop = 0
	}
	r.prose(stop, end, scope{})
	return false
}
