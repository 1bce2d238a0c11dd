package pdatawalk_test

import (
	"fmt"
	"testing"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/pdatawalk"
)

// noGate costs what a call costs, so that a benchmark shows the walk alone.
type noGate struct{ edits []field.Edit }

func (*noGate) Resource(field.Resource)             {}
func (*noGate) Add(field.Slot)                      {}
func (g *noGate) Resolve() ([]field.Edit, []uint32) { return g.edits, nil }

func flatLogs(records int) plog.Logs {
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	rl.Resource().Attributes().PutStr("service.name", "shop")
	sl := rl.ScopeLogs().AppendEmpty()
	for i := range records {
		lr := sl.LogRecords().AppendEmpty()
		lr.Body().SetStr(fmt.Sprintf("order %d has been accepted and will be packed within the hour", i))
		lr.SetSeverityText("INFO")
		lr.Attributes().PutStr("http.request.method", "POST")
		lr.Attributes().PutStr("url.path", "/orders")
		lr.Attributes().PutInt("http.response.status_code", 200)
		lr.Attributes().PutDouble("duration", 0.25)
		lr.Attributes().PutBool("retry", false)
	}
	return ld
}

func BenchmarkClean(b *testing.B) {
	const records = 1000
	ld, g := flatLogs(records), &noGate{}
	stats := pdatawalk.Logs(g, ld, pdatawalk.Limits{})
	b.SetBytes(stats.Bytes)
	b.ReportAllocs()
	for b.Loop() {
		pdatawalk.Logs(g, ld, pdatawalk.Limits{})
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/records, "ns/record")
}

func BenchmarkNested(b *testing.B) {
	const records = 1000
	ld, g := flatLogs(records), &noGate{}
	for _, lr := range ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().All() {
		m := lr.Attributes().PutEmptyMap("http").PutEmptyMap("request").PutEmptyMap("header")
		m.PutEmptySlice("accept").AppendEmpty().SetStr("*/*")
		m.PutStr("host", "example.com")
	}
	b.ReportAllocs()
	for b.Loop() {
		pdatawalk.Logs(g, ld, pdatawalk.Limits{})
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/records, "ns/record")
}

// BenchmarkEdited replaces one value of each record by itself.
func BenchmarkEdited(b *testing.B) {
	const records = 1000
	ld := flatLogs(records)
	var refs []field.Edit
	pdatawalk.Logs(&funcGate{edit: func(s field.Slot) (field.Edit, bool) {
		if s.Text == "/orders" {
			refs = append(refs, field.Edit{Ref: s.Ref, Text: "/orders"})
		}
		return field.Edit{}, false
	}}, ld, pdatawalk.Limits{})
	g := &noGate{edits: refs}
	b.ReportAllocs()
	for b.Loop() {
		pdatawalk.Logs(g, ld, pdatawalk.Limits{})
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/records, "ns/record")
}
