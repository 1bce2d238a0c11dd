package linewalk

import (
	"testing"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/pdatawalk"
)

func logs() plog.Logs {
	d := plog.NewLogs()
	d.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty().Body().SetStr("said")
	return d
}

func traces() ptrace.Traces {
	d := ptrace.NewTraces()
	s := d.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	s.SetTraceID([16]byte{1})
	s.SetSpanID([8]byte{2})
	s.SetName("said")
	s.SetStartTimestamp(3)
	return d
}

func metrics() pmetric.Metrics {
	d := pmetric.NewMetrics()
	m := d.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName("said")
	m.SetUnit("1")
	m.SetEmptyGauge().DataPoints().AppendEmpty().SetIntValue(1)
	return d
}

// TestMessage: the signal is told from the bytes, and the texts are those of the data.
func TestMessage(t *testing.T) {
	l, _ := (&plog.ProtoMarshaler{}).MarshalLogs(logs())
	s, _ := (&ptrace.ProtoMarshaler{}).MarshalTraces(traces())
	m, _ := (&pmetric.ProtoMarshaler{}).MarshalMetrics(metrics())
	for _, c := range []struct {
		message []byte
		want    field.Signal
	}{{l, field.Logs}, {s, field.Traces}, {m, field.Metrics}} {
		var g words
		signal, ok := Message(&g, c.message, pdatawalk.Limits{})
		if !ok || signal != c.want {
			t.Errorf("%s is taken for %s, %v", c.want, signal, ok)
		}
		found := false
		for _, slot := range g.slots {
			found = found || slot.Text == "said" && slot.Place.Signal == c.want
		}
		if !found {
			t.Errorf("%s: the text is not handed over", c.want)
		}
	}
	if _, ok := Message(&words{}, []byte("\x0a\xff\xff"), pdatawalk.Limits{}); ok {
		t.Error("damaged bytes are taken for a message")
	}
}
