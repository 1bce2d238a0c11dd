package main

import (
	"context"
	"testing"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/airtight-telemetry/airtight/internal/detect"
	"github.com/airtight-telemetry/airtight/internal/guard"
	"github.com/airtight-telemetry/airtight/internal/pdatawalk"
)

// allocated is how many allocations a clean text costs on one way through.
type allocated struct {
	way     string
	perText float64
}

// allocations counts them for clean text, once the scratch has its size. Each run has
// lines of its own: a memory of texts would have nothing to allocate for the same ones.
func allocations(e *detect.Engine, g *guard.Guard, text *corpus) []allocated {
	const warm, counted = 4, 12
	var lines [warm + counted + 1][]string
	var ld [len(lines)]plog.Logs
	var td [len(lines)]ptrace.Traces
	var md [len(lines)]pmetric.Metrics
	var in [len(lines)][]detect.Text
	for i := range lines {
		from := i * batch % (len(text.lines) - batch)
		lines[i] = text.lines[from : from+batch]
		ld[i], td[i], md[i], in[i] = logs(lines[i]), traces(lines[i]), metrics(lines[i]), texts(lines[i], e.All())
	}
	var found []detect.Match
	ways := []struct {
		name string
		run  func(i int)
	}{
		{"the engine", func(i int) { found = e.Scan(found[:0], in[i]) }},
		{"the gate", func(i int) { throughGate(g, lines[i]) }},
		{"the walker of logs", func(i int) { walk(g, func(s *guard.Session) { pdatawalk.Logs(s, ld[i], pdatawalk.Limits{}) }) }},
		{"the walker of traces", func(i int) { walk(g, func(s *guard.Session) { pdatawalk.Traces(s, td[i], pdatawalk.Limits{}) }) }},
		{"the walker of metrics", func(i int) { walk(g, func(s *guard.Session) { pdatawalk.Metrics(s, md[i], pdatawalk.Limits{}) }) }},
	}
	out := make([]allocated, len(ways))
	for i, w := range ways {
		next := 0
		run := func() { w.run(next); next++ }
		for range warm {
			run()
		}
		// It runs once more than it is told, to warm up.
		out[i] = allocated{w.name, testing.AllocsPerRun(counted, run) / batch}
	}
	return out
}

func walk(g *guard.Guard, f func(*guard.Session)) {
	s := g.Session(context.Background())
	defer s.Close()
	f(s)
}

// traces is a batch with a span for each line, which stands in an attribute.
func traces(lines []string) ptrace.Traces {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", "checkout")
	ss := rs.ScopeSpans().AppendEmpty()
	for _, line := range lines {
		span := ss.Spans().AppendEmpty()
		span.SetName("GET /api/v1/items/{id}")
		span.Attributes().PutStr("http.request.method", "GET")
		span.Attributes().PutStr("note", line)
	}
	return td
}

// metrics is a batch with a data point for each line, which stands in an attribute.
func metrics(lines []string) pmetric.Metrics {
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	rm.Resource().Attributes().PutStr("service.name", "checkout")
	m := rm.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName("http.server.requests")
	sum := m.SetEmptySum()
	for _, line := range lines {
		point := sum.DataPoints().AppendEmpty()
		point.SetIntValue(1)
		point.Attributes().PutStr("note", line)
	}
	return md
}
