package pdatawalk_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	collogs "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	colmetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	coltrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/pdatawalk"
)

// exempt lists the bytes fields that are not visited, ids all of them, with
// their length. The checker proves that no other length is let in.
var exempt = map[protoreflect.FullName]int{
	"opentelemetry.proto.logs.v1.LogRecord.trace_id":   16,
	"opentelemetry.proto.logs.v1.LogRecord.span_id":    8,
	"opentelemetry.proto.trace.v1.Span.trace_id":       16,
	"opentelemetry.proto.trace.v1.Span.span_id":        8,
	"opentelemetry.proto.trace.v1.Span.parent_span_id": 8,
	"opentelemetry.proto.trace.v1.Span.Link.trace_id":  16,
	"opentelemetry.proto.trace.v1.Span.Link.span_id":   8,
	"opentelemetry.proto.metrics.v1.Exemplar.trace_id": 16,
	"opentelemetry.proto.metrics.v1.Exemplar.span_id":  8,
}

// signalCase is one service request with its way through pdata.
type signalCase struct {
	name string
	root proto.Message
	// walk decodes, walks and encodes.
	walk func(g pdatawalk.Gate, in []byte) (out []byte, err error)
}

var signalCases = []signalCase{
	{"logs", &collogs.ExportLogsServiceRequest{}, func(g pdatawalk.Gate, in []byte) ([]byte, error) {
		ld, err := new(plog.ProtoUnmarshaler).UnmarshalLogs(in)
		if err != nil {
			return nil, err
		}
		pdatawalk.Logs(g, ld, pdatawalk.Limits{})
		return new(plog.ProtoMarshaler).MarshalLogs(ld)
	}},
	{"traces", &coltrace.ExportTraceServiceRequest{}, func(g pdatawalk.Gate, in []byte) ([]byte, error) {
		td, err := new(ptrace.ProtoUnmarshaler).UnmarshalTraces(in)
		if err != nil {
			return nil, err
		}
		pdatawalk.Traces(g, td, pdatawalk.Limits{})
		return new(ptrace.ProtoMarshaler).MarshalTraces(td)
	}},
	{"metrics", &colmetrics.ExportMetricsServiceRequest{}, func(g pdatawalk.Gate, in []byte) ([]byte, error) {
		md, err := new(pmetric.ProtoUnmarshaler).UnmarshalMetrics(in)
		if err != nil {
			return nil, err
		}
		pdatawalk.Metrics(g, md, pdatawalk.Limits{})
		return new(pmetric.ProtoMarshaler).MarshalMetrics(md)
	}},
}

// fieldPath leads from a request to one string or bytes field.
type fieldPath []protoreflect.FieldDescriptor

func (p fieldPath) leaf() protoreflect.FieldDescriptor { return p[len(p)-1] }

func (p fieldPath) String() string {
	var b strings.Builder
	for i, fd := range p {
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(string(fd.Name()))
	}
	return b.String()
}

// textPaths lists the paths to every string and bytes field below md, each
// choice of a oneof included. Values nest in values; two levels are followed.
func textPaths(md protoreflect.MessageDescriptor) (out []fieldPath) {
	const nesting = 3 // AnyValue in AnyValue in AnyValue
	var walk func(md protoreflect.MessageDescriptor, path fieldPath)
	walk = func(md protoreflect.MessageDescriptor, path fieldPath) {
		values := 0
		for _, fd := range path {
			if fd.Message() != nil && fd.Message().Name() == "AnyValue" {
				values++
			}
		}
		if values > nesting {
			return
		}
		for i := range md.Fields().Len() {
			fd := md.Fields().Get(i)
			next := append(slices.Clone(path), fd)
			switch fd.Kind() {
			case protoreflect.StringKind, protoreflect.BytesKind:
				out = append(out, next)
			case protoreflect.MessageKind:
				walk(fd.Message(), next)
			}
		}
	}
	walk(md, nil)
	return out
}

// plant puts text at path. With fresh, repeated messages on the way get a new
// element each time, so that many canaries fit into one message.
func plant(m protoreflect.Message, path fieldPath, text string, fresh bool) {
	fd := path[0]
	value := protoreflect.ValueOfString(text)
	if fd.Kind() == protoreflect.BytesKind {
		value = protoreflect.ValueOfBytes([]byte(text))
	}
	switch {
	case len(path) > 1 && fd.IsList():
		list := m.Mutable(fd).List()
		if list.Len() == 0 || fresh {
			list.AppendMutable()
		}
		plant(list.Get(list.Len()-1).Message(), path[1:], text, fresh)
	case len(path) > 1:
		plant(m.Mutable(fd).Message(), path[1:], text, fresh)
	case fd.IsList():
		m.Mutable(fd).List().Append(value)
	default:
		m.Set(fd, value)
	}
}

// canaryGate masks what holds a canary. It overlooks slots of the part blind.
type canaryGate struct {
	blind field.Part
	edits []field.Edit
	seen  map[string]bool
}

const canaryPrefix = "canary"

func (g *canaryGate) Resource(field.Resource) {}

func (g *canaryGate) Add(s field.Slot) {
	if s.Place.Part == g.blind || !strings.Contains(s.Text, canaryPrefix) {
		return
	}
	g.seen[strings.Clone(s.Text)] = true
	g.edits = append(g.edits, field.Edit{Ref: s.Ref, Op: field.Replace, Text: "[redacted:canary]"})
}

func (g *canaryGate) Resolve() ([]field.Edit, []uint32) { return g.edits, nil }

// checkCanaries plants one canary in each field, one request a field and then
// one request for all, and reports what the walk overlooked.
func checkCanaries(c signalCase, blind field.Part) (visited int, fields map[protoreflect.FullName]bool, faults []string) {
	fields = map[protoreflect.FullName]bool{}
	fault := func(p fieldPath, what string) {
		faults = append(faults, fmt.Sprintf("%s: %s: %s", c.name, p, what))
	}
	all := c.root.ProtoReflect().New()
	var texts []string
	for i, p := range textPaths(c.root.ProtoReflect().Descriptor()) {
		text := fmt.Sprintf("%s%06d.", canaryPrefix, i)
		full := p.leaf().FullName()
		if length, ok := exempt[full]; ok {
			for _, n := range []int{length - 1, length, length + 1} {
				id := c.root.ProtoReflect().New()
				plant(id, p, strings.Repeat("i", n), false)
				in, _ := proto.Marshal(id.Interface())
				if _, err := c.walk(newCanaryGate(blind), in); (err == nil) != (n == length) {
					fault(p, fmt.Sprintf("exempt as an id of %d bytes, but %d bytes: %v", length, n, err))
				}
			}
			fields[full] = true
			continue
		}
		m := c.root.ProtoReflect().New()
		plant(m, p, text, false)
		plant(all, p, text, true)
		texts = append(texts, text)
		in, err := proto.Marshal(m.Interface())
		if err != nil {
			fault(p, err.Error())
			continue
		}
		g := newCanaryGate(blind)
		out, err := c.walk(g, in)
		switch {
		case err != nil:
			fault(p, "not decoded: "+err.Error())
		case bytes.Contains(out, []byte(text)):
			fault(p, "survived")
		case !g.seen[text]:
			fault(p, "neither visited nor exempt")
		default:
			visited++
			fields[full] = true
		}
	}

	in, err := proto.Marshal(all.Interface())
	if err != nil {
		return visited, fields, append(faults, err.Error())
	}
	g := newCanaryGate(blind)
	out, err := c.walk(g, in)
	if err != nil {
		return visited, fields, append(faults, err.Error())
	}
	for _, text := range texts {
		if bytes.Contains(in, []byte(text)) && (bytes.Contains(out, []byte(text)) || !g.seen[text]) {
			faults = append(faults, c.name+": survived among all: "+text)
		}
	}
	return visited, fields, faults
}

func newCanaryGate(blind field.Part) *canaryGate {
	return &canaryGate{blind: blind, seen: map[string]bool{}}
}

// noBlind is a part no slot of a pipeline has.
const noBlind = field.Line

// TestCanary is invariant 1 for this road.
func TestCanary(t *testing.T) {
	used := map[protoreflect.FullName]bool{}
	total := 0
	for _, c := range signalCases {
		visited, fields, faults := checkCanaries(c, noBlind)
		for _, f := range faults {
			t.Error(f)
		}
		for f := range fields {
			used[f] = true
		}
		total += visited
		t.Logf("%s: %d canaries found", c.name, visited)
	}
	for f := range exempt {
		if !used[f] {
			t.Errorf("%s is exempt but no such field exists", f)
		}
	}
	t.Logf("%d paths visited, %d fields of the descriptors, %d of them exempt", total, len(used), len(exempt))
}

// TestCanaryNotices shows that the check above can fail: a walk that overlooks
// one place is reported, with the field.
func TestCanaryNotices(t *testing.T) {
	tests := []struct {
		signal int
		blind  field.Part
		field  string
	}{
		{0, field.EventName, "event_name"},
		{0, field.EntityRef, "entity_refs.id_keys"},
		{1, field.LinkTraceState, "links.trace_state"},
		{2, field.ExemplarAttribute, "exemplars.filtered_attributes.key"},
		{2, field.MetricMetadata, "metadata.key"},
	}
	for _, tt := range tests {
		t.Run(tt.blind.String(), func(t *testing.T) {
			_, _, faults := checkCanaries(signalCases[tt.signal], tt.blind)
			if !slices.ContainsFunc(faults, func(f string) bool { return strings.Contains(f, tt.field+": survived") }) {
				t.Errorf("a walk without %s went unnoticed", tt.blind)
			}
		})
	}
}
