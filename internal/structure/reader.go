package structure

import (
	"cmp"
	"sync"
	"unicode/utf8"

	"github.com/airtight-telemetry/airtight/internal/span"
)

const (
	// maxCover bounds how many leaves may cover one byte, and with it both the
	// reader's rescans and what a caller that examines every leaf has to read.
	maxCover = 8
	maxPath  = 256
	maxKey   = 128
)

// reader reads one text from left to right and collects leaves.
type reader struct {
	text   string
	leaves []Leaf
	first  int // index of the first leaf of this call
	depth  int // JSON containers left to enter
	room   int // leaves left to add

	// open holds the ends of the leaves around the last one added, and of strings
	// that are read through.
	open  [maxCover]int
	opens int

	frames []jsonFrame // the JSON containers the reader is in

	// before is the last word read, the key of a string that follows it.
	before span.Span
	// unclosed holds, for each kind of quote, up to where its closing one is known
	// to be missing, so that it is looked for once.
	unclosed [quoteKinds]unclosedString
	// identified is where SQL's word IDENTIFIED ended last.
	identified int
	// tag is the name of the markup tag the reader is in.
	tag span.Span
	// noCDATA is up to where the end of a CDATA section is known to be missing.
	noCDATA int
	// named is what a name member said, for the value member that follows it.
	named namedValue

	// steps counts the bytes looked at. The test of linear growth reads it.
	steps int
}

// readers keeps readers for reuse: one that calls itself cannot live on the stack.
var readers = sync.Pool{New: func() any { return new(reader) }}

func newReader(dst []Leaf, text string, lim Limits) *reader {
	r := readers.Get().(*reader)
	*r = reader{
		text: text, leaves: dst, first: len(dst), frames: r.frames,
		depth: cmp.Or(max(lim.MaxDepth, 0), defaultDepth),
		room:  cmp.Or(max(lim.MaxLeaves, 0), defaultLeaves),
	}
	return r
}

// release gives the reader back and lets go of the text.
func (r *reader) release() {
	clear(r.frames[:cap(r.frames)])
	*r = reader{frames: r.frames[:0]}
	readers.Put(r)
}

// scope is what stands around the text being read: nothing, or a value.
type scope struct {
	key  string // the value's key, which its inside inherits
	path string // the value's path
	sign string // joins the keys inside to the path
	form Form   // what may take the place of something inside
}

// at is the path of key in the scope.
func (in scope) at(key string) string {
	switch {
	case in.path == "":
		return bounded(key)
	case key == "":
		return in.path
	}
	return bounded(in.path + in.sign + key)
}

// inside is the scope of a text that stands in a value of this scope.
func (in scope) inside(key, path string) scope {
	return scope{key: key, path: path, sign: "/", form: in.form}
}

// formOf is the form of a value written as f in the scope. A URL stays one
// whatever stands in it.
func (in scope) formOf(f Form) Form {
	if in.form == URL {
		return URL
	}
	return f
}

// member is the scope of the named values that belong to a key of this scope.
func (in scope) member(key string) scope {
	return scope{key: key, path: in.at(key), sign: ".", form: in.form}
}

// bounded drops the outer keys of a path that is too long.
func bounded(path string) string {
	const ellipsis = "…"
	if len(path) <= maxPath {
		return path
	}
	cut := len(path) - maxPath + len(ellipsis)
	for cut < len(path) && !utf8.RuneStart(path[cut]) {
		cut++
	}
	return ellipsis + path[cut:]
}

// full reports whether add would refuse a leaf that starts at i. Whatever looks
// far ahead for the end of a value asks first.
func (r *reader) full(i int) bool {
	for r.opens > 0 && r.open[r.opens-1] <= i {
		r.opens--
	}
	return r.opens == maxCover || r.room == 0
}

// add appends a leaf. It refuses one that would be the ninth around its bytes;
// the reader then goes on inside it. When the room for leaves is used up, the last
// one says so and covers all that is left.
func (r *reader) add(l Leaf) bool {
	if r.full(l.Span.Start) {
		return false
	}
	if r.room--; r.room == 0 {
		l = Leaf{Span: span.Span{Start: l.Span.Start, End: len(r.text)}, Unread: true}
	}
	r.cover(l.Span)
	r.leaves = append(r.leaves, l)
	return true
}

// cover notes a stretch that will be read once more. The caller has asked full.
func (r *reader) cover(s span.Span) {
	r.open[r.opens] = s.End
	r.opens++
}

// shorten ends the leaf with this index, one of those around the last one added,
// at end.
func (r *reader) shorten(leaf, end int) {
	r.leaves[leaf].Span.End = end
	if r.opens > 0 {
		r.open[r.opens-1] = end
	}
}

// forget takes back every leaf of this call.
func (r *reader) forget() {
	r.room += len(r.leaves) - r.first
	r.leaves = r.leaves[:r.first]
	r.opens = 0
}

// within reads the inside of a value that has been added as a leaf.
func (r *reader) within(s span.Span, key, path string, in scope) {
	in = in.inside(key, path)
	switch h := headerOf(key); h {
	case authorizationHeader:
		if stop, ok := r.credentials(s.Start, s.End, key, in.path, in); ok {
			s.Start = stop
		}
	case cookieHeader, setCookieHeader:
		r.cookies(s.Start, s.End, h, in)
		return
	}
	r.through(s, in)
}

// through reads a stretch that has been covered as prose of its own: quotes and
// tags are matched afresh in it.
func (r *reader) through(s span.Span, in scope) {
	unclosed, tag := r.unclosed, r.tag
	r.unclosed, r.tag = [quoteKinds]unclosedString{}, span.Span{}
	r.prose(s.Start, s.End, in)
	r.unclosed, r.tag = unclosed, tag
}
