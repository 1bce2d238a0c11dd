package structure

import (
	"strings"

	"github.com/airtight-telemetry/airtight/internal/span"
)

// jsonContext is what names a JSON value.
type jsonContext struct {
	key  string // the nearest key
	path string
	// wrapper marks the value of a {"name": …, "value": …} pair. OTLP wraps it once
	// more, as in {"stringValue": …}, and the names of its types say nothing.
	wrapper bool
}

// jsonFrame is a JSON container the reader is in.
type jsonFrame struct {
	jsonContext
	object bool
	// named is what the object's name member holds, and so the key of its value
	// member.
	named string
	// flag is the array's element before this one if it is a flag, as in
	// ["--password", "x"].
	flag string
}

// jsonReader reads one JSON object or array with an explicit stack. It accepts
// what encoding/json accepts. A string with a bad escape or a control character
// makes the value invalid but is read over; anything else that is wrong ends it.
type jsonReader struct {
	*reader
	in      scope
	i, end  int
	invalid bool

	base int // the frames of the reader that are not this value's
	// deep are the containers past the depth limit, true for an object; unread is
	// the index of the leaf that covers them, -1 if there was no room for it.
	deep   []bool
	unread int

	next jsonContext // of the value that is due
	// member is where the key of the value that is due starts, -1 if it has none.
	member int
}

// json reads the object or array at i, whose elements belong to in.key. It returns
// where reading may go on, and whether a valid value ended there.
func (r *reader) json(i, end int, in scope) (stop int, valid bool) {
	j := jsonReader{
		reader: r, in: in, i: i, end: end, base: len(r.frames), unread: -1, member: -1,
		next: jsonContext{key: in.key, path: in.path},
	}
	complete := j.read()
	r.frames = r.frames[:j.base]
	r.steps += j.i - i
	switch {
	case len(j.deep) > 0:
		// Cut off in the part that is not read: nothing says where that ends.
		if j.unread >= 0 {
			r.leaves[j.unread].Span.End = end
		}
		return end, false
	case !complete && j.member >= 0:
		// A key whose value is no JSON, as {"password": hunter2}: the pairs of prose
		// are read more freely.
		return j.member, false
	}
	return j.i, complete && !j.invalid
}

// opensJSON reports whether the bracket at i looks like one of JSON rather than of
// prose or code.
func (r *reader) opensJSON(i, end int) bool {
	opening := r.text[i]
	for i++; i < end && isJSONSpace(r.text[i]); i++ {
		r.steps++
	}
	if i == end {
		return false
	}
	c := r.text[i]
	return c == '"' || opening == '[' && (c == '{' || c == '[')
}

// read reads one container to its end and reports whether it got there.
func (j *jsonReader) read() bool {
	for {
		opened, ok := j.value()
		if !ok {
			return false
		}
		if opened && j.peek() != j.closer() {
			if j.object() && !j.key() {
				return false
			}
			continue
		}
		for more := false; !more; {
			switch {
			case j.level() == 0:
				return true
			case j.peek() == j.closer():
				j.i++
				j.leave()
			case j.peek() == ',':
				j.i++
				if j.object() && !j.key() {
					return false
				}
				more = true
			default:
				return false
			}
		}
	}
}

// value reads a scalar, or enters a container.
func (j *jsonReader) value() (opened, ok bool) {
	c := j.peek()
	if j.level() > 0 && !j.object() {
		j.element()
	}
	switch {
	case c == '{' || c == '[':
		j.enter(c == '{')
		opened = true
	case c == '"':
		ok = j.stringValue()
		return false, ok
	case c == '-' || isDigit(c):
		if !j.number() {
			return false, false
		}
	default:
		if !j.literal() {
			return false, false
		}
	}
	j.member = -1
	return opened, true
}

// element sets the context of an array's next element.
func (j *jsonReader) element() {
	if len(j.deep) > 0 {
		return
	}
	f := &j.frames[len(j.frames)-1]
	j.next = f.jsonContext
	if f.flag != "" {
		j.next.key, f.flag = f.flag, ""
	}
}

// key reads a member's key and its colon, and sets the context of its value.
func (j *jsonReader) key() bool {
	if j.peek() != '"' {
		return false
	}
	member := j.i
	s, escaped, closed := j.str()
	if len(j.deep) == 0 {
		f := &j.frames[len(j.frames)-1]
		coding := Verbatim
		key := s.In(j.text)
		if escaped {
			coding = Backslash
			view := Decode(j.text, s, Backslash)
			key = view.Text
		}
		j.add(Leaf{Path: f.path, Span: s, Form: j.in.formOf(JSONString), Coding: coding, IsKey: true})
		j.next = j.of(f, key)
	}
	if !closed || j.peek() != ':' {
		return false
	}
	j.i++
	j.member = member
	return true
}

// of is the context of the member of f, the innermost object, that has this key.
func (j *jsonReader) of(f *jsonFrame, key string) jsonContext {
	wrapper := false
	switch {
	case f.wrapper && isOTLPType(key):
		return f.jsonContext
	case f.named != "" && isValueWord(key):
		key, wrapper = f.named, true
	}
	if f.path == j.in.path {
		return jsonContext{key: key, path: j.in.at(key), wrapper: wrapper}
	}
	return jsonContext{key: key, path: bounded(f.path + "." + key), wrapper: wrapper}
}

// stringValue reads a string that is a value, and reports whether it was closed.
func (j *jsonReader) stringValue() bool {
	s, escaped, closed := j.str()
	member := j.member
	j.member = -1
	if len(j.deep) > 0 {
		return closed
	}
	context, content := j.next, s.In(j.text)
	coding := Verbatim
	if escaped {
		coding = Backslash
	} else {
		j.frames[len(j.frames)-1].note(j.text, member, content)
	}
	form := j.in.formOf(JSONString)
	added := j.add(Leaf{Key: context.key, Path: context.path, Span: s, Form: form, Coding: coding})
	if added && !escaped && (Plausible(content) || headerOf(context.key) != noHeader) {
		j.within(s, context.key, context.path, scope{form: form})
	}
	return closed
}

// note remembers a string that names the value after it. member is where its own
// key starts in text.
func (f *jsonFrame) note(text string, member int, content string) {
	switch {
	case !f.object:
		if name := strings.TrimLeft(content, "-"); len(name) < len(content) && isKeyLike(name) {
			f.flag = name
		}
	case member >= 0 && isKeyLike(content):
		key, _, _ := strings.Cut(text[member+1:], `"`)
		if isNameWord(key) {
			f.named = content
		}
	}
}

// str reads the string whose opening quote is at j.i. A line break ends a string
// that was cut off; escaped reports a backslash in it.
func (j *jsonReader) str() (s span.Span, escaped, closed bool) {
	text, i := j.text, j.i+1
	s = span.Span{Start: i, End: i}
	for i < j.end {
		switch c := text[i]; {
		case c == '"':
			s.End, j.i = i, i+1
			return s, escaped, true
		case c == '\\':
			escaped = true
			n := escapeLen(text[i:j.end])
			if n == 0 {
				j.invalid = true
				n = min(2, j.end-i)
			}
			i += n
		case c == '\n' || c == '\r':
			s.End, j.i = i, i
			return s, escaped, false
		default:
			if c < ' ' {
				j.invalid = true
			}
			i++
		}
	}
	s.End, j.i = j.end, j.end
	return s, escaped, false
}

// escapeLen is the length of the JSON escape s starts with, 0 if it is none.
func escapeLen(s string) int {
	if len(s) < 2 {
		return 0
	}
	switch s[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if _, ok := hexRune(s, 2, 4); ok {
			return 6
		}
	}
	return 0
}

// number reads a number that is a value, by the grammar of RFC 8259 section 6.
func (j *jsonReader) number() bool {
	n := numberLen(j.text[j.i:j.end])
	if n == 0 {
		return false
	}
	s := span.Span{Start: j.i, End: j.i + n}
	j.i = s.End
	if len(j.deep) == 0 {
		j.add(Leaf{Key: j.next.key, Path: j.next.path, Span: s, Form: j.in.formOf(JSONNumber)})
	}
	return true
}

// numberLen is the length of the JSON number s starts with, 0 if it is none.
func numberLen(s string) int {
	i := 0
	if i < len(s) && s[i] == '-' {
		i++
	}
	whole := digits(s[i:])
	if whole == 0 || whole > 1 && s[i] == '0' {
		return 0
	}
	i += whole
	if i < len(s) && s[i] == '.' {
		fraction := digits(s[i+1:])
		if fraction == 0 {
			return 0
		}
		i += 1 + fraction
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		exponent := digits(s[i:])
		if exponent == 0 {
			return 0
		}
		i += exponent
	}
	return i
}

// literal reads true, false or null.
func (j *jsonReader) literal() bool {
	for _, word := range [...]string{"true", "false", "null"} {
		if strings.HasPrefix(j.text[j.i:j.end], word) {
			j.i += len(word)
			return true
		}
	}
	return false
}

// enter opens the container at j.i.
func (j *jsonReader) enter(object bool) {
	start := j.i
	j.i++
	if len(j.deep) == 0 && j.level() < j.depth {
		j.frames = append(j.frames, jsonFrame{jsonContext: j.next, object: object})
		return
	}
	if len(j.deep) == 0 {
		// Its end is known when it closes; till then it covers the rest.
		j.unread = -1
		l := Leaf{Key: j.next.key, Path: j.next.path, Span: span.Span{Start: start, End: j.end}, Form: j.in.formOf(JSONNumber), Unread: true}
		if j.add(l) && j.room > 0 {
			j.unread = len(j.leaves) - 1
		}
	}
	j.deep = append(j.deep, object)
}

// leave closes the innermost container.
func (j *jsonReader) leave() {
	if len(j.deep) == 0 {
		j.frames = j.frames[:len(j.frames)-1]
		return
	}
	if j.deep = j.deep[:len(j.deep)-1]; len(j.deep) == 0 && j.unread >= 0 {
		j.shorten(j.unread, j.i)
	}
}

// level is the number of containers open.
func (j *jsonReader) level() int { return len(j.frames) - j.base + len(j.deep) }

// object reports whether the innermost container is an object.
func (j *jsonReader) object() bool {
	if n := len(j.deep); n > 0 {
		return j.deep[n-1]
	}
	return j.frames[len(j.frames)-1].object
}

// closer is the bracket that closes the innermost container.
func (j *jsonReader) closer() byte {
	if j.object() {
		return '}'
	}
	return ']'
}

// peek skips white space and returns the byte after it, 0 at the end.
func (j *jsonReader) peek() byte {
	for j.i < j.end && isJSONSpace(j.text[j.i]) {
		j.i++
	}
	if j.i == j.end {
		return 0
	}
	return j.text[j.i]
}

func isJSONSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// digits counts the digits s starts with.
func digits(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

// isOTLPType reports whether key is a field of OTLP's AnyValue, ArrayValue or
// KeyValueList (opentelemetry-proto, common.proto) in protobuf's JSON mapping.
func isOTLPType(key string) bool {
	switch key {
	case "stringValue", "intValue", "doubleValue", "bytesValue", "arrayValue", "kvlistValue", "values":
		return true
	}
	return false
}
