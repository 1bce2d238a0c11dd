package findinglog

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/airtight-telemetry/airtight/internal/action"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

var noon = time.Date(2026, 11, 3, 12, 0, 0, 5000, time.UTC)

func rows() []finding.Row {
	checkout := finding.NewAttrs([][2]string{{"service.name", "checkout"}, {"service.version", "1.2"}})
	full := finding.Row{
		Finding: finding.Finding{
			Rule: "jwt", Class: rule.Secret, Severity: "high", Confidence: rule.High, Action: action.Mask, Exposed: true,
			Signal: field.Logs, Part: field.Attribute, Service: "checkout",
		},
		Origin: finding.Origin{
			Resource: checkout, VersionBefore: "1.1", Scope: "com.example", Field: "http.request.header.authorization", Template: "Bearer [redacted:jwt]",
			File: "a.go", Line: 7, Function: "f", Span: "GET /", Level: "debug",
		},
		Destinations: []string{"otlp/a", "otlp/b"}, Fingerprint: "k1:abcdefghijklmnop", Length: 120,
		Count: 3, First: noon, Last: noon.Add(time.Second),
	}
	second := full
	second.Scope, second.Fingerprint, second.Length, second.Overflow, second.Distinct = "other", "", 0, true, 200
	third := finding.Row{
		Finding: finding.Finding{Rule: "field", Class: rule.Secret, Action: action.Drop, Signal: field.Traces, Part: field.SpanName},
		Count:   1, First: noon, Last: noon,
	}
	return []finding.Row{full, second, third}
}

func TestRoundTrip(t *testing.T) {
	want := rows()
	ld := Write(want, noon)
	if ld.ResourceLogs().Len() != 2 || ld.ResourceLogs().At(0).ScopeLogs().Len() != 2 {
		t.Errorf("%d resources", ld.ResourceLogs().Len())
	}
	got, unread := Read(ld)
	if unread != 0 || !reflect.DeepEqual(got, want) {
		t.Errorf("%d unread\n got %+v\nwant %+v", unread, got, want)
	}
	lr := ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0)
	if lr.Body().AsString() != "" || lr.EventName() != "airtight.finding" || lr.SeverityNumber() != plog.SeverityNumberError {
		t.Errorf("body %q, event %q, severity %v", lr.Body().AsString(), lr.EventName(), lr.SeverityNumber())
	}
}

func TestOnly(t *testing.T) {
	ld := Write(rows(), noon)
	plain := ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().AppendEmpty()
	plain.Body().SetStr("an ordinary record")
	ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty().SetEventName("other")
	got, ok := Only(ld)
	if !ok || got.LogRecordCount() != len(rows()) || got.ResourceLogs().Len() != 2 || ld.LogRecordCount() != len(rows())+2 {
		t.Errorf("%d records of %d", got.LogRecordCount(), ld.LogRecordCount())
	}
	if _, ok := Only(plog.NewLogs()); ok {
		t.Error("findings in nothing")
	}
}

// TestReadRefuses: a record comes from whoever may send.
func TestReadRefuses(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(plog.LogRecord)
		read  int
	}{
		{"as written", func(plog.LogRecord) {}, 1},
		{"no rule", func(lr plog.LogRecord) { lr.Attributes().Remove("airtight.rule") }, 0},
		{"no id", func(lr plog.LogRecord) { lr.Attributes().PutStr("airtight.rule", "<b>") }, 0},
		{"no class", func(lr plog.LogRecord) { lr.Attributes().PutStr("airtight.class", "love") }, 0},
		{"no count", func(lr plog.LogRecord) { lr.Attributes().PutStr("airtight.count", "3") }, 0},
		{"less than none", func(lr plog.LogRecord) { lr.Attributes().PutInt("airtight.count", -3) }, 0},
		{"no time", func(lr plog.LogRecord) { lr.Attributes().PutStr("airtight.first", "now") }, 0},
		{"time backwards", func(lr plog.LogRecord) { lr.Attributes().PutStr("airtight.last", "2020-01-01T00:00:00Z") }, 0},
		{"long", func(lr plog.LogRecord) { lr.Attributes().PutStr("airtight.field", strings.Repeat("x", 1<<20)) }, 1},
		{"no skeleton", func(lr plog.LogRecord) { lr.Attributes().PutStr("airtight.template", "key 4711 is 12345") }, 1},
		{"other event", func(lr plog.LogRecord) { lr.SetEventName("x") }, 0},
	} {
		ld := Write(rows()[:1], noon)
		c.spoil(ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0))
		got, _ := Read(ld)
		if len(got) != c.read {
			t.Errorf("%s: %d read, want %d", c.name, len(got), c.read)
		}
		for _, r := range got {
			if len(r.Field) > maxText || strings.ContainsAny(r.Template, "0123456789") {
				t.Errorf("%s: %+v", c.name, r)
			}
		}
	}
}
