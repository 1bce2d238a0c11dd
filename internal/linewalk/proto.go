package linewalk

import (
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/pdatawalk"
)

// Message walks one Export*ServiceRequest in protobuf. ok is false where it is none.
// Which of the three it is no field says: it is the first that it decodes as and
// that has the fields which every record of that signal has.
func Message(g pdatawalk.Gate, message []byte, limits pdatawalk.Limits) (signal field.Signal, ok bool) {
	if data, err := (&plog.ProtoUnmarshaler{}).UnmarshalLogs(message); err == nil && data.LogRecordCount() > 0 {
		pdatawalk.Logs(g, data, limits)
		return field.Logs, true
	}
	if data, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(message); err == nil && hasSpanIDs(data) {
		pdatawalk.Traces(g, data, limits)
		return field.Traces, true
	}
	if data, err := (&pmetric.ProtoUnmarshaler{}).UnmarshalMetrics(message); err == nil {
		pdatawalk.Metrics(g, data, limits)
		return field.Metrics, true
	}
	return field.Text, false
}

func hasSpanIDs(data ptrace.Traces) bool {
	for _, resource := range data.ResourceSpans().All() {
		for _, scope := range resource.ScopeSpans().All() {
			for _, s := range scope.Spans().All() {
				if s.SpanID().IsEmpty() {
					return false
				}
			}
		}
	}
	return data.SpanCount() > 0
}
