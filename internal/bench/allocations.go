package main

import (
	"context"
	"testing"

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

// allocations counts them for clean text, once the scratch has its size.
func allocations(e *detect.Engine, g *guard.Guard, text *corpus) []allocated {
	lines := text.lines[:batch]
	in := texts(lines, e.All())
	var found []detect.Match
	ld, td, md := logs(lines), traces(lines), metrics(lines)
	ways := []struct {
		name string
		run  func()
	}{
		{"the engine", func() { found = e.Scan(found[:0], in) }},
		{"the gate", func() { throughGate(g, lines) }},
		{"the walker of logs", func() { walk(g, func(s *guard.Session) { pdatawalk.Logs(s, ld, pdatawalk.Limits{}) }) }},
		{"the walker of traces", func() { walk(g, func(s *guard.Session) { pdatawalk.Traces(s, td, pdatawalk.Limits{}) }) }},
		{"the walker of metrics", func() { walk(g, func(s *guard.Session) { pdatawalk.Metrics(s, md, pdatawalk.Limits{}) }) }},
	}
	out := make([]allocated, len(ways))
	for i, w := range ways {
		for range 3 {
			w.run()
		}
		out[i] = allocated{w.name, testing.AllocsPerRun(20, w.run) / float64(len(lines))}
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
