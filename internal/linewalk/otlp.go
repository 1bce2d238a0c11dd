package linewalk

import (
	"errors"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/pdatawalk"
)

var errNotOTLP = errors.New("not OTLP")

// maxOTLPDepth bounds the JSON nesting of a line that is decoded as OTLP: the
// decoder recurses. A log body of the deepest value that protobuf can carry takes
// about 200.
const maxOTLPDepth = 400

// signals are the top keys of the Export*ServiceRequest messages in OTLP's JSON
// encoding (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding).
var signals = map[string]field.Signal{
	"resourceLogs": field.Logs, "resourceSpans": field.Traces, "resourceMetrics": field.Metrics,
}

// signal is the signal of the first top-level array that OTLP names, if any.
func (d *document) signal() (field.Signal, bool) {
	if len(d.members) == 0 || d.members[0].kind != object {
		return 0, false
	}
	for i := range d.members {
		if m := &d.members[i]; m.in == 0 && m.kind == array {
			if s, ok := signals[m.name]; ok {
				return s, true
			}
		}
	}
	return 0, false
}

func (w *Walker) isOTLP(d *document) bool {
	if w.options.Format != Auto && w.options.Format != OTLPJSON || d.depth > maxOTLPDepth {
		return false
	}
	_, ok := d.signal()
	return ok
}

// otlp walks a line of OTLP JSON. It fails where the line does not decode.
func (w *Walker) otlp(dst []byte, l line) (out []byte, ok bool) {
	signal, _ := w.docs[l.doc].signal()
	stats, encoded, err := w.redecode(signal, []byte(l.text))
	if err != nil {
		return dst, false
	}
	w.TooDeep += stats.TooDeep
	if stats.Panicked {
		w.Panicked++
	}
	if stats.Records > 0 && stats.Records == stats.Dropped {
		return dst, true
	}
	return append(append(dst, encoded...), l.end...), true
}

// redecode decodes, walks and encodes. What makes the decoder panic is not OTLP.
func (w *Walker) redecode(signal field.Signal, text []byte) (stats pdatawalk.Stats, out []byte, err error) {
	defer func() {
		if recover() != nil {
			err = errNotOTLP
		}
	}()
	s := w.open()
	defer s.Close()
	limits := pdatawalk.Limits{MaxDepth: w.options.MaxDepth}
	switch signal {
	case field.Traces:
		data, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(text)
		if err != nil {
			return stats, nil, err
		}
		stats = pdatawalk.Traces(s, data, limits)
		out, err = (&ptrace.JSONMarshaler{}).MarshalTraces(data)
		return stats, out, err
	case field.Metrics:
		data, err := (&pmetric.JSONUnmarshaler{}).UnmarshalMetrics(text)
		if err != nil {
			return stats, nil, err
		}
		stats = pdatawalk.Metrics(s, data, limits)
		out, err = (&pmetric.JSONMarshaler{}).MarshalMetrics(data)
		return stats, out, err
	}
	data, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs(text)
	if err != nil {
		return stats, nil, err
	}
	stats = pdatawalk.Logs(s, data, limits)
	out, err = (&plog.JSONMarshaler{}).MarshalLogs(data)
	return stats, out, err
}
