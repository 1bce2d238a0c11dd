package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/guard"
	"github.com/airtight-telemetry/airtight/internal/linewalk"
	"github.com/airtight-telemetry/airtight/internal/pdatawalk"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/quiet"
	"github.com/airtight-telemetry/airtight/internal/report"
)

// inspector finds what a policy finds, and where, in sources of any content.
type inspector struct {
	guard        *guard.Guard
	fingerprints *finding.Fingerprinter
	limits       policy.Limits
	excerpts     bool
}

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

// inspected is what came of one batch.
type inspected struct {
	findings []report.Finding
	failed   []error
}

// source hands the findings of a source to write, in order.
func (i *inspector) source(path string, in io.Reader, write func([]report.Finding) error) (c content, err error) {
	in, kind, err := linewalk.Open(in)
	if err != nil {
		return c, err
	}
	switch kind {
	case linewalk.Binary:
		c.binary = true
		return c, nil
	case linewalk.Framed:
		return c, i.frames(path, in, &c, write)
	}
	each := func(r inspected) error {
		c.fail(r.failed...)
		return write(r.findings)
	}
	return c, inOrder(linewalk.NewReader(in).Next, func() worker[linewalk.Batch, inspected] {
		w := linewalk.New(linewalk.Options{MaxDepth: i.limits.MaxDepth}, nil)
		return worker[linewalk.Batch, inspected]{func(b linewalk.Batch) inspected { return i.lines(w, path, b) }, func() {}}
	}, each, func() error { return nil })
}

// lines inspects a batch of lines.
func (i *inspector) lines(w *linewalk.Walker, path string, b linewalk.Batch) (out inspected) {
	if b.Oversize {
		out.failed = append(out.failed, fmt.Errorf("line %d is longer than 32 MiB and was not examined; split it", b.First))
		return out
	}
	s := i.guard.Session(context.Background())
	defer s.Close()
	deep := w.Collect(s, b)
	for _, n := range deep {
		out.failed = append(out.failed, fmt.Errorf("line %d: a value is nested too deep and was not examined; raise limits.max_depth", b.First+n))
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
			out.failed = append(out.failed, fmt.Errorf("line %d: a value was not examined: %s; see limits", b.First+l.Line, g.Reason))
			continue
		}
		f := newFinding(path, g)
		f.Line, f.Start, f.End = b.First+l.Line, l.Span.Start, l.Span.End
		f.Column, f.EndColumn = linewalk.Column(l.Text, l.Span.Start), linewalk.Column(l.Text, l.Span.End)
		if i.excerpts {
			f.Excerpt = excerpts.of(located, sightings, n)
		}
		out.findings = append(out.findings, f)
	}
	return out
}

func newFinding(path string, g guard.Sighting) report.Finding {
	f := report.Finding{Path: path, Rule: g.Rule, Class: g.Class, Severity: g.Severity, Confidence: g.Confidence, Fingerprint: g.Fingerprint}
	if f.Severity == "" {
		f.Severity = "medium"
	}
	return f
}

// frames inspects the messages of a file of the Collector's file exporter.
func (i *inspector) frames(path string, in io.Reader, c *content, write func([]report.Finding) error) error {
	frames := linewalk.NewFrameReader(in)
	w := linewalk.New(linewalk.Options{MaxDepth: i.limits.MaxDepth}, nil)
	for n := 1; ; n++ {
		message, err := frames.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("message %d %w", n, err)
		}
		var r inspected
		if len(message) > 0 && message[0] == '{' {
			r = i.lines(w, path, linewalk.Batch{Text: string(message), First: n})
		} else {
			r = i.message(path, n, message)
		}
		c.fail(r.failed...)
		if err := write(r.findings); err != nil {
			return err
		}
	}
}

// message inspects one protobuf message.
func (i *inspector) message(path string, n int, message []byte) (out inspected) {
	s := i.guard.Session(context.Background())
	defer s.Close()
	g := &noting{session: s, inspector: i, path: path, number: n}
	if _, ok := linewalk.Message(g, message, pdatawalk.Limits{MaxDepth: i.limits.MaxDepth}); !ok {
		out.failed = append(out.failed, fmt.Errorf("message %d is no OTLP export request and was not examined", n))
		return out
	}
	return g.out
}

// noting is a gate that changes nothing and notes what is found.
type noting struct {
	session   *guard.Session
	inspector *inspector
	path      string
	number    int
	places    map[uint32]field.Slot
	out       inspected
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
		where := slot.Place.Part.String()
		if slot.Place.Path != "" {
			where += " " + quiet.Gate(n.inspector.guard).Scrub(quiet.Text(slot.Place.Path))
		}
		if g.Reason != field.ReasonNone {
			n.out.failed = append(n.out.failed, fmt.Errorf("message %d: %s was not examined: %s; see limits", n.number, where, g.Reason))
			continue
		}
		f := newFinding(n.path, g)
		f.Line, f.Field, f.Start, f.End = n.number, where, g.Span.Start, g.Span.End
		f.Column, f.EndColumn = linewalk.Column(slot.Text, f.Start), linewalk.Column(slot.Text, f.End)
		n.out.findings = append(n.out.findings, f)
	}
	return nil, nil
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
