package pdatawalk

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/airtight-telemetry/airtight/internal/field"
)

func (t *tracesTree) collect(w *walker) {
	rss := t.ResourceSpans()
	for i := range rss.Len() {
		rs := rss.At(i)
		w.resource(i, rs.Resource(), rs.SchemaUrl())
		sss := rs.ScopeSpans()
		for j := range sss.Len() {
			ss := sss.At(j)
			w.scopeOf(i, j, ss.Scope(), ss.SchemaUrl())
			spans := ss.Spans()
			for k := range spans.Len() {
				w.span(owner{kind: ownItem, i: uint32(i), j: uint32(j), k: uint32(k)}, spans.At(k))
			}
		}
	}
}

func (w *walker) span(o owner, s ptrace.Span) {
	o.record = w.newRecord(item)
	id := w.newOwner(o)
	w.text(id, field.SpanName, s.Name())
	w.text(id, field.TraceState, s.TraceState().AsRaw())
	w.text(id, field.StatusMessage, s.Status().Message())
	w.attributes(s.Attributes(), field.Attribute, o.record)
	o.kind = ownInner
	events := s.Events()
	for n := range events.Len() {
		e := events.At(n)
		o.inner = uint32(n)
		w.text(w.newOwner(o), field.SpanEventName, e.Name())
		w.attributes(e.Attributes(), field.SpanEventAttribute, o.record)
	}
	links := s.Links()
	for n := range links.Len() {
		l := links.At(n)
		o.inner = uint32(n)
		w.text(w.newOwner(o), field.LinkTraceState, l.TraceState().AsRaw())
		w.attributes(l.Attributes(), field.LinkAttribute, o.record)
	}
}

func (t *tracesTree) resource(i uint32) pcommon.Resource {
	return t.ResourceSpans().At(int(i)).Resource()
}

func (t *tracesTree) scopeSpans(i, j uint32) ptrace.ScopeSpans {
	return t.ResourceSpans().At(int(i)).ScopeSpans().At(int(j))
}

func (t *tracesTree) scope(i, j uint32) pcommon.InstrumentationScope {
	return t.scopeSpans(i, j).Scope()
}

func (t *tracesTree) setField(o owner, part field.Part, text string) {
	span := func() ptrace.Span { return t.scopeSpans(o.i, o.j).Spans().At(int(o.k)) }
	switch part {
	case field.SchemaURL:
		if o.kind == ownResource {
			t.ResourceSpans().At(int(o.i)).SetSchemaUrl(text)
		} else {
			t.scopeSpans(o.i, o.j).SetSchemaUrl(text)
		}
	case field.ScopeName:
		t.scope(o.i, o.j).SetName(text)
	case field.ScopeVersion:
		t.scope(o.i, o.j).SetVersion(text)
	case field.SpanName:
		span().SetName(text)
	case field.TraceState:
		span().TraceState().FromRaw(text)
	case field.StatusMessage:
		span().Status().SetMessage(text)
	case field.SpanEventName:
		span().Events().At(int(o.inner)).SetName(text)
	case field.LinkTraceState:
		span().Links().At(int(o.inner)).TraceState().FromRaw(text)
	default:
		panic("pdatawalk: no such field in traces: " + part.String())
	}
}

func (t *tracesTree) prune(w *walker) {
	p := pruner{w: w}
	prune(&p, t.ResourceSpans(), false, func(rs ptrace.ResourceSpans, gone bool) bool {
		return prune(&p, rs.ScopeSpans(), gone, func(ss ptrace.ScopeSpans, gone bool) bool {
			return prune(&p, ss.Spans(), gone, nil)
		})
	})
}

func (t *tracesTree) scrub() (items int) {
	for _, rs := range t.ResourceSpans().All() {
		scrubResource(rs.Resource())
		rs.SetSchemaUrl("")
		for _, ss := range rs.ScopeSpans().All() {
			scrubScope(ss.Scope())
			ss.SetSchemaUrl("")
			for _, s := range ss.Spans().All() {
				s.SetName(field.ReasonPanic.TombstoneText())
				s.TraceState().FromRaw("")
				s.Status().SetMessage("")
				s.Attributes().Clear()
				s.Events().RemoveIf(func(ptrace.SpanEvent) bool { return true })
				for _, l := range s.Links().All() {
					l.TraceState().FromRaw("")
					l.Attributes().Clear()
				}
				items++
			}
		}
	}
	return items
}
