package linewalk

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/pdatawalk"
)

// Format is how lines are read.
type Format uint8

// The formats. Auto reads each line by itself: a JSON object as OTLP JSON or plain
// JSON, by its top keys, and all else as text.
const (
	Auto Format = iota
	Text
	JSONLines
	OTLPJSON
)

// Formats lists the names of the formats, as ParseFormat takes them.
func Formats() []string { return []string{"auto", "text", "jsonl", "otlp-json"} }

// ParseFormat reads a format's name.
func ParseFormat(name string) (Format, bool) {
	i := slices.Index(Formats(), name)
	return Format(max(i, 0)), i >= 0
}

// Session is a gate for one batch. Close ends it.
type Session interface {
	pdatawalk.Gate
	Close()
}

// Options say how lines are walked.
type Options struct {
	Format Format
	// MaxDepth is how many JSON containers may stand inside one another; 32 if zero.
	MaxDepth int
	// DropUnread leaves out a line that is too long or could not be walked, instead
	// of putting a tombstone in its place.
	DropUnread bool
}

// Stats counts what a walk saw and did itself; what the gate did the gate knows.
type Stats struct {
	Lines int
	// Repaired is the number of lines in which invalid UTF-8 became U+FFFD.
	Repaired int
	// TooDeep and TooLong are the tombstones for nesting and for length, be it in
	// bytes or in members of JSON.
	TooDeep, TooLong int
	// Panicked is the number of lines tombstoned because walking them failed.
	Panicked int
}

// Walker walks batches of lines, one after the other. It belongs to one goroutine.
type Walker struct {
	Stats
	options Options
	open    func() Session

	lines []line
	docs  []document // the first so many in use
	used  int
	refs  uint32
	splicer
}

// line is a line of the batch at hand.
type line struct {
	text string // repaired, without its end
	end  string // \n, \r\n, \r or nothing
	doc  int    // the document that it is, or -1 for a text
	ref  uint32 // of its first slot; those of other lines follow in order
	gone bool
	// unread says that the line is too large to be read as what it seems to be.
	unread bool
}

// New returns a walker that brings each batch before a session of its own.
func New(o Options, open func() Session) *Walker {
	if o.MaxDepth <= 0 {
		o.MaxDepth = pdatawalk.DefaultMaxDepth
	}
	return &Walker{options: o, open: open}
}

// Append walks a batch and appends what is left of its lines to dst.
func (w *Walker) Append(dst []byte, b Batch) []byte {
	if b.Oversize {
		w.Lines++
		w.TooLong++
		return w.unread(dst, b.Text, field.ReasonSize)
	}
	for rest := b.Text; rest != ""; {
		var l line
		l, rest = w.cut(rest)
		if l.doc >= 0 && w.isOTLP(&w.docs[l.doc]) {
			dst = w.flush(dst)
			if out, ok := w.otlp(dst, l); ok {
				dst = out
				w.used = 0
				continue
			}
		}
		w.lines = append(w.lines, l)
	}
	return w.flush(dst)
}

// cut takes the first line off and reads it. The document of a line that turns out
// to be OTLP stays the last in use.
func (w *Walker) cut(text string) (l line, rest string) {
	w.Lines++
	n := strings.IndexByte(text, '\n') + 1
	if n == 0 {
		n = len(text)
	}
	l.text, rest = text[:n], text[n:]
	body := strings.TrimSuffix(strings.TrimSuffix(l.text, "\n"), "\r")
	l.text, l.end = body, l.text[len(body):]
	if !utf8.ValidString(l.text) {
		w.Repaired++
		l.text = strings.ToValidUTF8(l.text, string(utf8.RuneError))
	}
	l.doc = -1
	if w.options.Format != Text && w.mayBeJSON(l.text) {
		d := w.document()
		if d.parse(l.text, w.options.MaxDepth) {
			l.doc = w.used
			w.used++
		}
		if l.unread = d.tooMany; l.unread {
			w.TooLong++
		}
	}
	return l, rest
}

// mayBeJSON spares texts the attempt.
func (w *Walker) mayBeJSON(text string) bool {
	text = strings.TrimLeft(strings.TrimPrefix(text, byteOrderMark), " \t")
	return text != "" && (text[0] == '{' || w.options.Format != Auto)
}

// document is the next document not in use.
func (w *Walker) document() *document {
	if w.used == len(w.docs) {
		w.docs = append(w.docs, document{})
	}
	return &w.docs[w.used]
}

// flush brings the lines held before the gate and appends what is left of them.
func (w *Walker) flush(dst []byte) (out []byte) {
	if len(w.lines) == 0 {
		return dst
	}
	before := len(dst)
	defer func() {
		if recover() != nil {
			out = dst[:before]
			for _, l := range w.lines {
				w.Panicked++
				out = w.unread(out, l.text+l.end, field.ReasonPanic)
			}
		}
		w.lines, w.used, w.refs = w.lines[:0], 0, 0
		w.release()
	}()
	s := w.open()
	defer s.Close()
	s.Resource(field.Resource{Signal: field.Text})
	for i := range w.lines {
		w.collect(s, i)
	}
	edits, drops := s.Resolve()
	return w.apply(dst, edits, drops)
}

func (w *Walker) collect(s Collector, i int) {
	l := &w.lines[i]
	l.ref = w.refs
	if l.doc >= 0 {
		d := &w.docs[l.doc]
		d.collect(s, w.refs, uint32(i))
		w.refs += 2 * uint32(len(d.members))
		return
	}
	w.refs++
	if l.text != "" && !l.unread {
		s.Add(field.Slot{Ref: l.ref, Record: uint32(i), Place: field.Place{Signal: field.Text, Part: field.Line}, Text: l.text})
	}
}

// collect hands over the document's texts. A member's value has twice its index as
// its ref, its key one more.
func (d *document) collect(s Collector, ref, record uint32) {
	for i := range d.members {
		m := &d.members[i]
		if m.skip {
			continue
		}
		slot := field.Slot{
			Ref:    ref + 2*uint32(i) + 1,
			Record: record,
			Place:  field.Place{Signal: field.Text, Part: field.Attribute, Key: m.name, Path: m.path},
			Kind:   field.Key,
			Text:   m.name,
		}
		if !m.key.Empty() && !m.syntax {
			s.Add(slot)
		}
		slot.Ref--
		switch m.kind {
		case text:
			slot.Kind, slot.Text = field.String, decode(d.inside(m.value))
			if m.isKey {
				slot.Kind = field.Key
			}
		case number:
			slot.Kind, slot.Text = field.Number, numberText(m.value.In(d.line))
		default:
			continue
		}
		if slot.Text != "" {
			s.Add(slot)
		}
	}
}

// apply appends the lines with the edits made.
func (w *Walker) apply(dst []byte, edits []field.Edit, drops []uint32) []byte {
	edits = append(w.edits[:0], edits...)
	w.edits = edits
	slices.SortStableFunc(edits, func(a, b field.Edit) int { return cmp.Compare(a.Ref, b.Ref) })
	for _, record := range drops {
		w.lines[record].gone = true
	}
	for i := range w.lines {
		l := &w.lines[i]
		n := len(edits)
		if i+1 < len(w.lines) {
			n, _ = slices.BinarySearchFunc(edits, w.lines[i+1].ref, func(e field.Edit, ref uint32) int { return cmp.Compare(e.Ref, ref) })
		}
		own := edits[:n]
		edits = edits[n:]
		switch {
		case l.gone:
			continue
		case l.unread:
			dst = w.unread(dst, l.text+l.end, field.ReasonSize)
			continue
		case l.doc >= 0:
			dst = w.splice(dst, &w.docs[l.doc], own, l.ref)
		default:
			dst = appendText(dst, l.text, own)
		}
		dst = append(dst, l.end...)
	}
	return dst
}

func appendText(dst []byte, text string, edits []field.Edit) []byte {
	for _, e := range edits {
		text = e.Text
		if e.Op == field.DropField || e.Op == field.Zero {
			text = ""
		}
	}
	return append(dst, text...)
}

// unread appends what stands for a line that was not examined: nothing, or a
// tombstone that is JSON where the line is.
func (w *Walker) unread(dst []byte, start string, r field.Reason) []byte {
	if w.options.DropUnread {
		return dst
	}
	quote := ""
	if w.options.Format != Text && w.mayBeJSON(start) {
		quote = `"`
	}
	dst = append(dst, quote+r.TombstoneText()+quote...)
	if strings.HasSuffix(start, "\n") {
		dst = append(dst, '\n')
	}
	return dst
}

// Add adds another walker's counts.
func (s *Stats) Add(o Stats) {
	s.Lines += o.Lines
	s.Repaired += o.Repaired
	s.TooDeep += o.TooDeep
	s.TooLong += o.TooLong
	s.Panicked += o.Panicked
}
