package linewalk

import (
	"strings"
	"unicode/utf8"

	"github.com/airtight-telemetry/airtight/internal/span"
)

// kind is what a JSON value is.
type kind uint8

const (
	literal kind = iota // true, false, null
	text                // a string
	number
	object
	array
	deep // a container nested too deep, whole
)

// member is one value of a JSON text: the text's own, an object's or an array's.
type member struct {
	kind kind
	in   int32 // the member that is the container; -1 for the text's own
	// key is the key with its quotes, empty but in an object.
	key span.Span
	// value is all of the value, with its quotes or brackets.
	value span.Span
	// name and path are the place of the value; see doc.go.
	name, path string
	// What Collect makes of OTLP JSON: a value not to visit, a key that is OTLP's own
	// word, a value that is an attribute's key.
	skip, syntax, isKey bool
}

// start is where the member begins, at its key if it has one.
func (m *member) start() int {
	if m.key.Empty() {
		return m.value.Start
	}
	return m.key.Start
}

// document is one JSON text, read without changing or copying it. Members stand in
// the order of their start.
type document struct {
	line    string
	members []member
	open    []int32 // containers around the position, as members
	beyond  []byte  // the brackets open inside a container nested too deep
	depth   int     // the deepest nesting seen
	tooMany bool    // the text has more members than are held
	at      int
	limit   int
}

// maxMembers bounds the members held of one text, and with them what a line of a
// few bytes a member may cost.
const maxMembers = 1 << 18

const byteOrderMark = "\ufeff"

// parse reads line as one JSON text by RFC 8259, apart from a byte order mark
// before it, and reports whether it is one and was read to its end; if not, tooMany
// says whether it was given up. It uses no recursion, so that no nesting exhausts
// the stack.
func (d *document) parse(line string, maxDepth int) bool {
	*d = document{line: line, members: d.members[:0], open: d.open[:0], beyond: d.beyond[:0], limit: maxDepth}
	d.at = len(line) - len(strings.TrimPrefix(line, byteOrderMark))
	d.space()
	if !d.value(span.Span{}, -1) {
		return false
	}
	for len(d.open) > 0 {
		if !d.next() {
			return false
		}
	}
	d.space()
	return d.at == len(line)
}

// next reads what follows a value or an opening bracket inside the innermost container.
func (d *document) next() bool {
	in := d.open[len(d.open)-1]
	c := &d.members[in]
	first := d.at == c.value.Start+1
	d.space()
	closing := byte(']')
	if c.kind == object {
		closing = '}'
	}
	switch {
	case d.peek() == closing:
		d.at++
		c.value.End = d.at
		d.open = d.open[:len(d.open)-1]
		return true
	case first:
	case d.peek() == ',':
		d.at++
		d.space()
	default:
		return false
	}
	var key span.Span
	if c.kind == object {
		key.Start = d.at
		if !d.string() {
			return false
		}
		key.End = d.at
		d.space()
		if d.peek() != ':' {
			return false
		}
		d.at++
		d.space()
	}
	return d.value(key, in)
}

// value reads a value; of a container only the opening bracket.
func (d *document) value(key span.Span, in int32) bool {
	m := member{in: in, key: key, value: span.Span{Start: d.at}}
	if in >= 0 {
		m.name, m.path = d.members[in].name, d.members[in].path
	}
	if !key.Empty() {
		m.name = decode(d.line[key.Start+1 : key.End-1])
		m.path = joinPath(m.path, m.name, d.keyed(in))
	}
	ok := true
	switch c := d.peek(); {
	case c == '"':
		m.kind = text
		ok = d.string()
	case c == '-' || '0' <= c && c <= '9':
		m.kind = number
		ok = d.number()
	case c == '{' || c == '[':
		d.depth = max(d.depth, len(d.open)+1)
		if len(d.open) == d.limit {
			m.kind = deep
			ok = d.skip()
			break
		}
		m.kind = object
		if c == '[' {
			m.kind = array
		}
		d.at++
		d.open = append(d.open, int32(len(d.members)))
	default:
		ok = d.word("true") || d.word("false") || d.word("null")
	}
	m.value.End = d.at
	if len(d.members) == maxMembers {
		d.tooMany = true
		return false
	}
	d.members = append(d.members, m)
	return ok
}

// keyed reports whether an object's member has a key on the way to it.
func (d *document) keyed(in int32) bool {
	for ; in >= 0; in = d.members[in].in {
		if !d.members[in].key.Empty() {
			return true
		}
	}
	return false
}

// skip reads a container of any depth to its end, noting nothing of what it holds.
func (d *document) skip() bool {
	const object, array = '{', '['
	d.beyond = d.beyond[:0]
	for {
		// A value is to come.
		switch c := d.peek(); {
		case c == object || c == array:
			d.beyond = append(d.beyond, c)
			d.depth = max(d.depth, d.limit+len(d.beyond))
			d.at++
			d.space()
			if d.peek() != c+2 { // } is {+2 and ] is [+2
				if c == object && !d.keyAndColon() {
					return false
				}
				continue
			}
		case c == '"':
			if !d.string() {
				return false
			}
		case c == '-' || '0' <= c && c <= '9':
			if !d.number() {
				return false
			}
		default:
			if !d.word("true") && !d.word("false") && !d.word("null") {
				return false
			}
		}
		// A value has ended, or the last container is empty.
		for {
			d.space()
			inner := d.beyond[len(d.beyond)-1]
			if d.peek() == inner+2 {
				d.at++
				if d.beyond = d.beyond[:len(d.beyond)-1]; len(d.beyond) == 0 {
					return true
				}
				continue
			}
			if d.peek() != ',' {
				return false
			}
			d.at++
			d.space()
			if inner == object && !d.keyAndColon() {
				return false
			}
			break
		}
	}
}

func (d *document) keyAndColon() bool {
	if !d.string() {
		return false
	}
	d.space()
	if d.peek() != ':' {
		return false
	}
	d.at++
	d.space()
	return true
}

// peek is the byte at the position, 0 at the end.
func (d *document) peek() byte {
	if d.at < len(d.line) {
		return d.line[d.at]
	}
	return 0
}

func (d *document) space() {
	for d.at < len(d.line) {
		switch d.line[d.at] {
		case ' ', '\t', '\r', '\n':
			d.at++
		default:
			return
		}
	}
}

func (d *document) word(w string) bool {
	if !strings.HasPrefix(d.line[d.at:], w) {
		return false
	}
	d.at += len(w)
	return true
}

func (d *document) string() bool {
	if d.peek() != '"' {
		return false
	}
	for i := d.at + 1; i < len(d.line); i++ {
		switch c := d.line[i]; {
		case c == '"':
			d.at = i + 1
			return true
		case c < 0x20:
			return false
		case c != '\\':
		case i+1 == len(d.line):
			return false
		default:
			i++
			switch d.line[i] {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			case 'u':
				for range 4 {
					if i++; i == len(d.line) || !isHex(d.line[i]) {
						return false
					}
				}
			default:
				return false
			}
		}
	}
	return false
}

func (d *document) number() bool {
	if d.peek() == '-' {
		d.at++
	}
	if d.peek() == '0' {
		d.at++
	} else if !d.digits() {
		return false
	}
	if d.peek() == '.' {
		d.at++
		if !d.digits() {
			return false
		}
	}
	if c := d.peek(); c == 'e' || c == 'E' {
		d.at++
		if c := d.peek(); c == '+' || c == '-' {
			d.at++
		}
		return d.digits()
	}
	return true
}

func (d *document) digits() bool {
	from := d.at
	for c := d.peek(); '0' <= c && c <= '9'; c = d.peek() {
		d.at++
	}
	return d.at > from
}

// inside is the raw inside of the string that stands at s, quotes included.
func (d *document) inside(s span.Span) string { return d.line[s.Start+1 : s.End-1] }

const (
	// maxPath is the longest path, in bytes, that is built: it keeps hostile nesting
	// from costing the square of its size.
	maxPath = 256
	pathCut = "…"
)

// joinPath is the path of key below parent; keyed says that parent has a key, be
// it empty. A path too long is cut and then equals that of no policy.
func joinPath(parent, key string, keyed bool) string {
	switch {
	case !keyed:
		return key
	case strings.HasSuffix(parent, pathCut):
		return parent
	case len(parent)+1+len(key) <= maxPath:
		return parent + "." + key
	}
	n := min(len(parent), maxPath-len(pathCut))
	for n > 0 && n < len(parent) && !utf8.RuneStart(parent[n]) {
		n--
	}
	return parent[:n] + pathCut
}
