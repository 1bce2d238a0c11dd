package structure

import (
	"strings"

	"github.com/airtight-telemetry/airtight/internal/span"
)

const (
	cdataStart = "<![CDATA["
	cdataEnd   = "]]>"
)

// tagOpens notes the name of the tag that opens at i. Its attributes are pairs of
// prose.
func (r *reader) tagOpens(i, end int) int {
	r.tag = span.Span{}
	i++
	closing := i < end && r.text[i] == '/'
	if closing {
		i++
	}
	if i >= end || !isLetter(r.text[i]) {
		return i
	}
	stop, _ := r.wordEnd(i, end)
	if stop < end && r.text[stop] == ':' { // a namespace
		i = stop + 1
		stop, _ = r.wordEnd(i, end)
	}
	if !closing {
		r.tag = span.Span{Start: i, End: stop}
	}
	return stop
}

// tagCloses reads the text of the element whose tag ends with the bracket at i: a
// value, if the element holds nothing else.
func (r *reader) tagCloses(i, end int, in scope) int {
	tag := r.tag
	r.tag = span.Span{}
	i++
	if tag.Empty() || r.text[i-2] == '/' || tag.Len() > maxKey {
		return i
	}
	start, stop := i, 0
	if strings.HasPrefix(r.text[i:end], cdataStart) {
		start += len(cdataStart)
		stop = r.cdataStop(start, end)
	} else {
		stop = indexAny(r.text, i, end, "<")
		r.steps += stop - start
	}
	if stop == end || start == i && !strings.HasPrefix(r.text[stop:end], "</") {
		return i
	}
	s := r.trimSpace(span.Span{Start: start, End: stop})
	if s.Empty() {
		return stop
	}
	text := s.In(r.text)
	key := r.elementKey(tag.In(r.text), s.Start)
	r.named.note(key, text, s.End)
	path := in.at(key)
	if !r.add(Leaf{Key: key, Path: path, Span: s, Form: in.form}) {
		return i
	}
	if Plausible(text) {
		r.within(s, key, path, in)
	}
	return stop
}

// cdataStop is where the CDATA section that i is in ends, end if it does not.
func (r *reader) cdataStop(i, end int) int {
	if i < r.noCDATA {
		return end
	}
	stop := end
	if n := strings.Index(r.text[i:end], cdataEnd); n >= 0 {
		stop = i + n
	} else {
		r.noCDATA = end
	}
	r.steps += stop - i
	return stop
}

// elementKey is the key of an element's text at i. Property lists pair a key element
// with a string element, others with a value element.
func (r *reader) elementKey(tag string, i int) string {
	const value = "value"
	if tag != "string" {
		return r.named.key(tag, i)
	}
	if key := r.named.key(value, i); key != value {
		return key
	}
	return tag
}

// trimSpace narrows the span to what is no ASCII white space.
func (r *reader) trimSpace(s span.Span) span.Span {
	for !s.Empty() && isJSONSpace(r.text[s.Start]) {
		s.Start++
	}
	for !s.Empty() && isJSONSpace(r.text[s.End-1]) {
		s.End--
	}
	return s
}
