package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/airtight-telemetry/airtight/internal/explain"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/guard"
	"github.com/airtight-telemetry/airtight/internal/linewalk"
	"github.com/airtight-telemetry/airtight/internal/pdatawalk"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/quiet"
	"github.com/airtight-telemetry/airtight/internal/report"
)

// content is what a source turned out to hold.
type content struct {
	binary bool
	// unexamined says where something could not be examined, at most maxFailures.
	unexamined []error
}

// maxFailures bounds what is said of one source that can't be examined.
const maxFailures = 20

func (c *content) fail(errs ...error) {
	for _, err := range errs {
		if len(c.unexamined) < maxFailures {
			c.unexamined = append(c.unexamined, err)
		}
	}
}

// examiner looks at what a source holds, batch by batch. Its methods are safe for
// concurrent use; their errors say what could not be examined.
type examiner[T any] interface {
	lines(w *linewalk.Walker, path string, b linewalk.Batch) (T, []error)
	// message examines a message of a file of the Collector's file exporter.
	message(path string, n int, message []byte) (T, []error)
}

// examine hands what an examiner makes of a source to write, in order.
func examine[T any](e examiner[T], limits policy.Limits, path string, in io.Reader, write func(T) error) (c content, err error) {
	in, kind, err := linewalk.Open(in)
	if err != nil {
		return c, err
	}
	switch kind {
	case linewalk.Binary:
		c.binary = true
		return c, nil
	case linewalk.Framed:
		return c, frames(e, limits, path, in, &c, write)
	}
	type result struct {
		out    T
		failed []error
	}
	each := func(r result) error {
		c.fail(r.failed...)
		return write(r.out)
	}
	return c, inOrder(linewalk.NewReader(in).Next, func() worker[linewalk.Batch, result] {
		w := linewalk.New(linewalk.Options{MaxDepth: limits.MaxDepth}, nil)
		return worker[linewalk.Batch, result]{
			func(b linewalk.Batch) (r result) {
				r.out, r.failed = e.lines(w, path, b)
				return r
			},
			func() {},
		}
	}, each, func() error { return nil })
}

// frames examines the messages of a file of the Collector's file exporter.
func frames[T any](e examiner[T], limits policy.Limits, path string, in io.Reader, c *content, write func(T) error) error {
	frames := linewalk.NewFrameReader(in)
	w := linewalk.New(linewalk.Options{MaxDepth: limits.MaxDepth}, nil)
	for n := 1; ; n++ {
		message, err := frames.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("message %d %w", n, err)
		}
		var out T
		var failed []error
		if len(message) > 0 && message[0] == '{' {
			out, failed = e.lines(w, path, linewalk.Batch{Text: string(message), First: n})
		} else {
			out, failed = e.message(path, n, message)
		}
		c.fail(failed...)
		if err := write(out); err != nil {
			return err
		}
	}
}

// unexaminedLine and unexaminedMessage say where something was not examined.
func unexaminedLine(line int, r field.Reason) error {
	return fmt.Errorf("line %d: was not examined whole: %s; %s", line, r, explain.Cure(r))
}

func unexaminedMessage(n int, where string, r field.Reason) error {
	return fmt.Errorf("message %d: %s was not examined whole: %s; %s", n, where, r, explain.Cure(r))
}

func noMessage(n int) error {
	return fmt.Errorf("message %d is no OTLP export request and was not examined", n)
}

// inspector finds what a policy finds, and where, in sources of any content.
type inspector struct {
	guard        *guard.Guard
	fingerprints *finding.Fingerprinter
	limits       policy.Limits
	excerpts     bool
}

// source hands the findings of a source to write, in order.
func (i *inspector) source(path string, in io.Reader, write func([]report.Finding) error) (content, error) {
	return examine(i, i.limits, path, in, write)
}

// lines inspects a batch of lines.
func (i *inspector) lines(w *linewalk.Walker, path string, b linewalk.Batch) (found []report.Finding, failed []error) {
	s := i.guard.Session(context.Background())
	defer s.Close()
	for _, u := range w.Collect(s, b) {
		failed = append(failed, unexaminedLine(b.First+u.Line, u.Reason))
	}
	excerpts := excerpter{inspector: i, line: -1}
	sightings := s.Inspect(i.fingerprints)
	located := make([]linewalk.Located, len(sightings))
	for n, g := range sightings {
		located[n] = w.Locate(g.Ref, g.Span)
	}
	for n, g := range sightings {
		l := located[n]
		if g.Reason != field.ReasonNone {
			failed = append(failed, unexaminedLine(b.First+l.Line, g.Reason))
			continue
		}
		f := newFinding(path, g)
		f.Line, f.Start, f.End = b.First+l.Line, l.Span.Start, l.Span.End
		f.Column, f.EndColumn = linewalk.Column(l.Text, l.Span.Start), linewalk.Column(l.Text, l.Span.End)
		if i.excerpts {
			f.Excerpt = excerpts.of(located, sightings, n)
		}
		found = append(found, f)
	}
	return found, failed
}

func newFinding(path string, g guard.Sighting) report.Finding {
	f := report.Finding{Path: path, Rule: g.Rule, Class: g.Class, Severity: g.Severity, Confidence: g.Confidence, Fingerprint: g.Fingerprint}
	if f.Severity == "" {
		f.Severity = "medium"
	}
	return f
}

// message inspects one protobuf message.
func (i *inspector) message(path string, n int, message []byte) (found []report.Finding, failed []error) {
	s := i.guard.Session(context.Background())
	defer s.Close()
	g := &noting{session: s, inspector: i, path: path, number: n}
	if _, ok := linewalk.Message(g, message, pdatawalk.Limits{MaxDepth: i.limits.MaxDepth}); !ok {
		return nil, []error{noMessage(n)}
	}
	return g.found, g.failed
}

// noting is a gate that changes nothing and notes what is found.
type noting struct {
	session   *guard.Session
	inspector *inspector
	path      string
	number    int
	places    map[uint32]field.Slot
	found     []report.Finding
	failed    []error
}

func (n *noting) Resource(r field.Resource) { n.session.Resource(r) }

func (n *noting) Add(s field.Slot) {
	if n.places == nil {
		n.places = map[uint32]field.Slot{}
	}
	n.places[s.Ref] = s
	n.session.Add(s)
}

func (n *noting) Resolve() ([]field.Edit, []uint32) {
	for _, g := range n.session.Inspect(n.inspector.fingerprints) {
		slot := n.places[g.Ref]
		where := fieldName(n.inspector.guard, slot.Place)
		if g.Reason != field.ReasonNone {
			n.failed = append(n.failed, unexaminedMessage(n.number, where, g.Reason))
			continue
		}
		f := newFinding(n.path, g)
		f.Line, f.Field, f.Start, f.End = n.number, where, g.Span.Start, g.Span.End
		f.Column, f.EndColumn = linewalk.Column(slot.Text, f.Start), linewalk.Column(slot.Text, f.End)
		n.found = append(n.found, f)
	}
	return nil, nil
}

// fieldName names a field of a message, through the gate.
func fieldName(g *guard.Guard, p field.Place) string {
	if p.Path == "" {
		return p.Part.String()
	}
	return p.Part.String() + " " + quiet.Gate(g).Scrub(quiet.Text(p.Path))
}

// excerpter makes the masked surroundings of findings, line by line.
type excerpter struct {
	inspector *inspector
	line      int
	masked    string
	// at is where in masked the mask of each finding of the line starts and ends.
	at map[int][2]int
}

// shown is how many bytes of a masked line stand on each side of a mask.
const shown = 72

// of is the excerpt around finding n.
func (e *excerpter) of(located []linewalk.Located, sightings []guard.Sighting, n int) report.Excerpt {
	if located[n].Line != e.line {
		e.mask(located, sightings, n)
	}
	at, ok := e.at[n]
	if !ok {
		return report.Excerpt{}
	}
	from, to := max(0, at[0]-shown), min(len(e.masked), at[1]+shown)
	for from > 0 && from < len(e.masked) && !utf8.RuneStart(e.masked[from]) {
		from++
	}
	for to < len(e.masked) && !utf8.RuneStart(e.masked[to]) {
		to--
	}
	x := report.Excerpt{Before: e.passed(e.masked[from:at[0]]), Mask: e.masked[at[0]:at[1]], After: e.passed(e.masked[at[1]:to])}
	if from > 0 {
		x.Before = "…" + x.Before
	}
	if to < len(e.masked) {
		x.After += "…"
	}
	return x
}

// passed is a piece of a masked line that has passed the gate once more, on its
// own and under the built-in policy too: a rule in shadow mode masks nothing.
func (e *excerpter) passed(text string) string {
	return quiet.Gate(e.inspector.guard).Scrub(quiet.Text(text))
}

// mask masks all findings of the line of finding n, whatever the policy does.
func (e *excerpter) mask(located []linewalk.Located, sightings []guard.Sighting, n int) {
	e.line, e.at = located[n].Line, map[int][2]int{}
	text := located[n].Text
	var b strings.Builder
	from := 0
	for i := n; i < len(located) && located[i].Line == e.line; i++ {
		span := located[i].Span
		if span.Start < from {
			continue
		}
		b.WriteString(text[from:span.Start])
		start := b.Len()
		b.WriteString("[redacted:" + sightings[i].Rule + "]")
		e.at[i] = [2]int{start, b.Len()}
		from = span.End
	}
	b.WriteString(text[from:])
	e.masked = b.String()
}
