package pdatawalk

import (
	"iter"
	"reflect"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"google.golang.org/protobuf/encoding/protowire"
)

// OTLP before 0.16 had the scopes of a resource in field 1000 too; since then the
// number is reserved. pdata still decodes the field and encodes it again, and
// offers no way to reach it. Its OTLP receivers move the content to where scopes
// stand today, but its ProtoUnmarshaler, which other receivers use, does not: what
// came in field 1000 would go on unseen. Here it is moved, as the receivers do it.
const (
	scopesField   protowire.Number = 2
	reservedField protowire.Number = 1000
)

// reservedIndex finds, in the message behind a wrapper type of pdata, the field
// that holds what came in field 1000. TestReservedScopes fails if it does not.
func reservedIndex(wrapper reflect.Type, name string) (path [2]int, ok bool) {
	orig, ok := wrapper.FieldByName("orig")
	if !ok || orig.Type.Kind() != reflect.Pointer {
		return path, false
	}
	f, ok := orig.Type.Elem().FieldByName(name)
	if !ok {
		return path, false
	}
	return [2]int{orig.Index[0], f.Index[0]}, true
}

var (
	reservedLogs, hasReservedLogs       = reservedIndex(reflect.TypeFor[plog.ResourceLogs](), "DeprecatedScopeLogs")
	reservedTraces, hasReservedTraces   = reservedIndex(reflect.TypeFor[ptrace.ResourceSpans](), "DeprecatedScopeSpans")
	reservedMetrics, hasReservedMetrics = reservedIndex(reflect.TypeFor[pmetric.ResourceMetrics](), "DeprecatedScopeMetrics")
)

// holdsReserved looks at each of the messages without changing or copying
// anything. probe is where it puts one to look at it.
func holdsReserved[S interface {
	Len() int
	At(int) E
}, E any](s S, probe *E, path [2]int) bool {
	v := reflect.ValueOf(probe).Elem()
	for i := range s.Len() {
		*probe = s.At(i)
		if v.Field(path[0]).Elem().Field(path[1]).Len() > 0 {
			return true
		}
	}
	return false
}

func (t *logsTree) hasReserved() bool {
	return hasReservedLogs && holdsReserved(t.ResourceLogs(), &t.probe, reservedLogs)
}

func (t *logsTree) admit() {
	if !t.hasReserved() {
		return
	}
	fresh := plog.NewLogs()
	if b, err := new(plog.ProtoMarshaler).MarshalLogs(t.Logs); err == nil {
		if moved, err := new(plog.ProtoUnmarshaler).UnmarshalLogs(moveReserved(b)); err == nil {
			fresh = moved
		}
	}
	t.clear()
	fresh.ResourceLogs().MoveAndAppendTo(t.ResourceLogs())
}

func (t *logsTree) clear() {
	t.ResourceLogs().RemoveIf(func(plog.ResourceLogs) bool { return true })
}

func (t *tracesTree) hasReserved() bool {
	return hasReservedTraces && holdsReserved(t.ResourceSpans(), &t.probe, reservedTraces)
}

func (t *tracesTree) admit() {
	if !t.hasReserved() {
		return
	}
	fresh := ptrace.NewTraces()
	if b, err := new(ptrace.ProtoMarshaler).MarshalTraces(t.Traces); err == nil {
		if moved, err := new(ptrace.ProtoUnmarshaler).UnmarshalTraces(moveReserved(b)); err == nil {
			fresh = moved
		}
	}
	t.clear()
	fresh.ResourceSpans().MoveAndAppendTo(t.ResourceSpans())
}

func (t *tracesTree) clear() {
	t.ResourceSpans().RemoveIf(func(ptrace.ResourceSpans) bool { return true })
}

func (t *metricsTree) hasReserved() bool {
	return hasReservedMetrics && holdsReserved(t.ResourceMetrics(), &t.probe, reservedMetrics)
}

func (t *metricsTree) admit() {
	if !t.hasReserved() {
		return
	}
	fresh := pmetric.NewMetrics()
	if b, err := new(pmetric.ProtoMarshaler).MarshalMetrics(t.Metrics); err == nil {
		if moved, err := new(pmetric.ProtoUnmarshaler).UnmarshalMetrics(moveReserved(b)); err == nil {
			fresh = moved
		}
	}
	t.clear()
	fresh.ResourceMetrics().MoveAndAppendTo(t.ResourceMetrics())
}

func (t *metricsTree) clear() {
	t.ResourceMetrics().RemoveIf(func(pmetric.ResourceMetrics) bool { return true })
}

// moveReserved rewrites an encoded batch so that each resource has its scopes in
// field 2: those of field 1000 if it has none there, else they go. The three
// signals agree in all the numbers this needs.
func moveReserved(batch []byte) []byte {
	const resources protowire.Number = 1
	out := make([]byte, 0, len(batch))
	for num, f := range fields(batch) {
		if num != resources {
			out = append(out, f.raw...)
			continue
		}
		var resource []byte
		current := false
		for num := range fields(f.content) {
			current = current || num == scopesField
		}
		for num, f := range fields(f.content) {
			switch {
			case num != reservedField:
				resource = append(resource, f.raw...)
			case !current:
				resource = protowire.AppendTag(resource, scopesField, protowire.BytesType)
				resource = protowire.AppendBytes(resource, f.content)
			}
		}
		out = protowire.AppendTag(out, resources, protowire.BytesType)
		out = protowire.AppendBytes(out, resource)
	}
	return out
}

// wireField is one field of an encoded message.
type wireField struct {
	raw     []byte // with its tag
	content []byte // of a length-delimited field
}

// fields yields number and encoding of each field of a message that pdata encoded.
func fields(message []byte) iter.Seq2[protowire.Number, wireField] {
	return func(yield func(protowire.Number, wireField) bool) {
		for len(message) > 0 {
			num, kind, size := protowire.ConsumeField(message)
			if size < 0 {
				panic("pdatawalk: encoded data cannot be read")
			}
			f := wireField{raw: message[:size]}
			if kind == protowire.BytesType {
				_, _, tag := protowire.ConsumeTag(message)
				f.content, _ = protowire.ConsumeBytes(message[tag:])
			}
			if !yield(num, f) {
				return
			}
			message = message[size:]
		}
	}
}
