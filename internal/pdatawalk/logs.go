package pdatawalk

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/airtight-telemetry/airtight/internal/field"
)

func (t *logsTree) collect(w *walker) {
	rls := t.ResourceLogs()
	for i := range rls.Len() {
		rl := rls.At(i)
		w.resource(i, rl.Resource(), rl.SchemaUrl())
		sls := rl.ScopeLogs()
		for j := range sls.Len() {
			sl := sls.At(j)
			w.scopeOf(i, j, sl.Scope(), sl.SchemaUrl())
			lrs := sl.LogRecords()
			for k := range lrs.Len() {
				lr := lrs.At(k)
				r := w.newRecord(item)
				id := w.newOwner(owner{kind: ownItem, record: r, i: uint32(i), j: uint32(j), k: uint32(k)})
				w.text(id, field.SeverityText, lr.SeverityText())
				w.text(id, field.EventName, lr.EventName())
				w.body(id, lr.Body())
				w.attributes(lr.Attributes(), field.Attribute, r)
			}
		}
	}
}

func (t *logsTree) resource(i uint32) pcommon.Resource {
	return t.ResourceLogs().At(int(i)).Resource()
}

func (t *logsTree) scopeLogs(i, j uint32) plog.ScopeLogs {
	return t.ResourceLogs().At(int(i)).ScopeLogs().At(int(j))
}

func (t *logsTree) scope(i, j uint32) pcommon.InstrumentationScope { return t.scopeLogs(i, j).Scope() }

func (t *logsTree) setField(o owner, part field.Part, text string) {
	switch part {
	case field.SchemaURL:
		if o.kind == ownResource {
			t.ResourceLogs().At(int(o.i)).SetSchemaUrl(text)
		} else {
			t.scopeLogs(o.i, o.j).SetSchemaUrl(text)
		}
	case field.ScopeName:
		t.scope(o.i, o.j).SetName(text)
	case field.ScopeVersion:
		t.scope(o.i, o.j).SetVersion(text)
	case field.SeverityText:
		t.scopeLogs(o.i, o.j).LogRecords().At(int(o.k)).SetSeverityText(text)
	case field.EventName:
		t.scopeLogs(o.i, o.j).LogRecords().At(int(o.k)).SetEventName(text)
	default:
		panic("pdatawalk: no such field in logs: " + part.String())
	}
}

func (t *logsTree) prune(w *walker) {
	p := pruner{w: w}
	prune(&p, t.ResourceLogs(), false, func(rl plog.ResourceLogs, gone bool) bool {
		return prune(&p, rl.ScopeLogs(), gone, func(sl plog.ScopeLogs, gone bool) bool {
			return prune(&p, sl.LogRecords(), gone, nil)
		})
	})
}

func (t *logsTree) scrub() (items int) {
	for _, rl := range t.ResourceLogs().All() {
		scrubResource(rl.Resource())
		rl.SetSchemaUrl("")
		for _, sl := range rl.ScopeLogs().All() {
			scrubScope(sl.Scope())
			sl.SetSchemaUrl("")
			for _, lr := range sl.LogRecords().All() {
				lr.SetSeverityText("")
				lr.SetEventName("")
				lr.Body().SetStr(field.ReasonPanic.TombstoneText())
				lr.Attributes().Clear()
				items++
			}
		}
	}
	return items
}
