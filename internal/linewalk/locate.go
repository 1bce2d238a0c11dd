package linewalk

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/span"
)

// Collector takes the texts of a batch, as a gate does.
type Collector interface {
	Resource(field.Resource)
	Add(field.Slot)
}

// Unread is a line that holds something which is not handed over.
type Unread struct {
	// Line is its index in the batch.
	Line   int
	Reason field.Reason
}

// Collect hands the texts of a batch to c, for who wants to know where something
// stands and not to change it. Lines of OTLP JSON are read as they stand, with the
// places that the data has and not the JSON. It holds until the next batch. What
// is nested too deep or too large is not handed over and comes back as unread.
func (w *Walker) Collect(c Collector, b Batch) (unread []Unread) {
	w.lines, w.used, w.refs = w.lines[:0], 0, 0
	c.Resource(field.Resource{Signal: field.Text})
	if b.Oversize {
		w.Lines++
		w.TooLong++
		return []Unread{{0, field.ReasonSize}}
	}
	for rest := b.Text; rest != ""; {
		var l line
		l, rest = w.cut(rest)
		if l.doc >= 0 && w.isOTLP(&w.docs[l.doc]) {
			w.docs[l.doc].readOTLP()
		}
		w.lines = append(w.lines, l)
	}
	for i := range w.lines {
		w.collect(c, i)
		switch l := &w.lines[i]; {
		case l.unread:
			unread = append(unread, Unread{i, field.ReasonSize})
		case l.doc >= 0 && w.docs[l.doc].depth > w.options.MaxDepth:
			unread = append(unread, Unread{i, field.ReasonDepth})
		}
	}
	return unread
}

// Located is a stretch of a line.
type Located struct {
	// Line is the index of the line in its batch and Text the line as it was
	// examined, without its end.
	Line int
	Text string
	// Span is where in Text.
	Span span.Span
}

// Locate says where a stretch of the slot's text stands. Of a string of JSON it is
// the stretch that spells it, of a number all of it.
func (w *Walker) Locate(ref uint32, at span.Span) Located {
	i, found := slices.BinarySearchFunc(w.lines, ref, func(l line, ref uint32) int {
		switch {
		case l.ref < ref:
			return -1
		case l.ref > ref:
			return 1
		}
		return 0
	})
	if !found {
		i--
	}
	l := &w.lines[i]
	if l.doc < 0 {
		return Located{i, l.text, at}
	}
	d := &w.docs[l.doc]
	m := &d.members[(ref-l.ref)/2]
	in := m.value
	if (ref-l.ref)%2 == 1 {
		in = m.key
	}
	if d.line[in.Start] != '"' {
		return Located{i, l.text, in}
	}
	raw := d.inside(in)
	spelled := span.Span{Start: rawOffset(raw, at.Start), End: rawOffset(raw, at.End)}
	return Located{i, l.text, spelled.Shift(in.Start + 1)}
}

// Column is an offset in a text counted in characters.
func Column(text string, offset int) int { return utf8.RuneCountInString(text[:offset]) }

// valueKinds are the members of OTLP's AnyValue and its containers, whose names are
// no keys of the data.
var valueKinds = map[string]bool{
	"stringValue": true, "boolValue": true, "intValue": true, "doubleValue": true, "arrayValue": true,
	"kvlistValue": true, "bytesValue": true, "values": true, "attributes": true,
}

// fixed reports whether an OTLP message's member holds an id, a time or a number
// and no text.
func fixed(name string) bool {
	switch name {
	case "traceId", "spanId", "parentSpanId", "count", "asInt", "sum", "zeroCount", "scale", "bucketCounts", "explicitBounds":
		return true
	}
	return strings.HasSuffix(name, "UnixNano")
}

// readOTLP gives the members of a document of OTLP JSON the places that they have
// in the data: inside attributes the keys of the attributes, elsewhere none.
func (d *document) readOTLP() {
	pairs := d.pairs()
	for i := range d.members {
		m := &d.members[i]
		if m.in < 0 {
			continue
		}
		p := &d.members[m.in]
		m.skip = p.skip
		key := ""
		if !m.key.Empty() {
			key = d.inside(m.key)
			m.syntax = true // OTLP's own word
		}
		m.name, m.path = p.name, p.path
		attribute, isPair := pairs[m.in]
		switch {
		case isPair && key == "value":
			m.name, m.path = attribute, joinPath(p.path, attribute, p.path != "")
		case isPair && key == "key":
			m.isKey = true
			m.name, m.path = attribute, joinPath(p.path, attribute, p.path != "")
		case fixed(key):
			m.skip = true
		case m.kind == number && p.path == "" && !valueKinds[key]:
			m.skip = true
		}
	}
}

// pairs are the objects that are an OTLP KeyValue, with their key.
func (d *document) pairs() map[int32]string {
	keys, values := map[int32]string{}, map[int32]bool{}
	for i := range d.members {
		switch m := &d.members[i]; {
		case m.key.Empty():
		case m.kind == text && d.inside(m.key) == "key":
			keys[m.in] = decode(d.inside(m.value))
		case m.kind == object && d.inside(m.key) == "value":
			values[m.in] = true
		}
	}
	for in := range keys {
		if !values[in] {
			delete(keys, in)
		}
	}
	return keys
}
