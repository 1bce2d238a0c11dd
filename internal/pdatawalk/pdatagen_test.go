package pdatawalk_test

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/xpdata"
	"go.opentelemetry.io/collector/pdata/xpdata/entity"
	"pgregory.net/rapid"
)

// gen draws random telemetry: small, but of every shape. Keys come from few
// words, so that they meet.
type gen struct {
	*rapid.T
	// dirty allows invalid UTF-8, duplicate keys and nesting beyond any limit.
	dirty bool
}

var (
	genWord  = rapid.SampledFrom([]string{"a", "b", "user", "user#2", "[redacted:x]", "password", "", "http.url", "ключ"})
	genText  = rapid.OneOf(genWord, rapid.String(), rapid.StringMatching(`[a-z]{1,8}(@[a-z]{1,4})?=[!-+]{1,6}(,[a-z]{1,8}=[a-z]{1,4}){0,3}`))
	genBytes = rapid.SliceOfN(rapid.Byte(), 0, 8)
)

func (g gen) small(label string) int { return rapid.IntRange(0, 3).Draw(g.T, label) }

func (g gen) text(label string) string {
	if g.dirty && rapid.IntRange(0, 5).Draw(g.T, "dirt") == 0 {
		return string(genBytes.Draw(g.T, label))
	}
	return genText.Draw(g.T, label)
}

func (g gen) attributes(m pcommon.Map, depth int) {
	var b xpdata.MapBuilder
	used := map[string]bool{}
	for range rapid.IntRange(0, 4).Draw(g.T, "attributes") {
		k := genWord.Draw(g.T, "key")
		if g.dirty && rapid.IntRange(0, 3).Draw(g.T, "dirty key") == 0 {
			k = g.text("key")
		} else if used[k] && !g.dirty {
			continue
		}
		used[k] = true
		g.value(b.AppendEmpty(k), depth)
	}
	b.UnsafeIntoMap(m)
}

func (g gen) value(v pcommon.Value, depth int) {
	kinds := 7
	if depth == 0 {
		kinds = 5
	}
	switch rapid.IntRange(0, kinds).Draw(g.T, "kind") {
	case 0:
		v.SetStr(g.text("string"))
	case 1:
		v.SetInt(rapid.Int64().Draw(g.T, "int"))
	case 2:
		v.SetDouble(rapid.Float64().Draw(g.T, "double"))
	case 3:
		v.SetBool(rapid.Bool().Draw(g.T, "bool"))
	case 4:
		v.SetEmptyBytes().FromRaw(genBytes.Draw(g.T, "bytes"))
	case 5: // empty
	case 6:
		g.attributes(v.SetEmptyMap(), depth-1)
	case 7:
		s := v.SetEmptySlice()
		for range g.small("elements") {
			g.value(s.AppendEmpty(), depth-1)
		}
	}
	if g.dirty && rapid.IntRange(0, 40).Draw(g.T, "abyss") == 0 {
		nest(v, rapid.IntRange(25, 200).Draw(g.T, "levels"), rapid.Bool().Draw(g.T, "maps"))
	}
}

// nest makes v that many maps or arrays inside one another.
func nest(v pcommon.Value, levels int, maps bool) {
	for range levels {
		if maps {
			v = v.SetEmptyMap().PutEmpty("k")
		} else {
			v = v.SetEmptySlice().AppendEmpty()
		}
	}
	v.SetStr("bottom")
}

func (g gen) resource(res pcommon.Resource) {
	g.attributes(res.Attributes(), 2)
	for range g.small("entities") {
		ref := entity.ResourceEntityRefs(res).AppendEmpty()
		ref.SetSchemaUrl(g.text("entity schema"))
		ref.SetType(g.text("entity type"))
		for range g.small("id keys") {
			ref.IdKeys().Append(g.text("id key"))
		}
		for range g.small("description keys") {
			ref.DescriptionKeys().Append(g.text("description key"))
		}
	}
}

func (g gen) scope(sc pcommon.InstrumentationScope) {
	sc.SetName(g.text("scope"))
	sc.SetVersion(g.text("version"))
	g.attributes(sc.Attributes(), 1)
}

func (g gen) logs() plog.Logs {
	ld := plog.NewLogs()
	for range g.small("resources") {
		rl := ld.ResourceLogs().AppendEmpty()
		g.resource(rl.Resource())
		rl.SetSchemaUrl(g.text("schema"))
		for range g.small("scopes") {
			sl := rl.ScopeLogs().AppendEmpty()
			g.scope(sl.Scope())
			sl.SetSchemaUrl(g.text("schema"))
			for range g.small("records") {
				lr := sl.LogRecords().AppendEmpty()
				lr.SetTimestamp(pcommon.Timestamp(rapid.Uint64().Draw(g.T, "time")))
				lr.SetSeverityText(g.text("severity"))
				lr.SetEventName(g.text("event"))
				lr.SetTraceID(pcommon.TraceID{1, 2, 3})
				g.value(lr.Body(), 4)
				g.attributes(lr.Attributes(), 3)
			}
		}
	}
	return ld
}

func (g gen) traces() ptrace.Traces {
	td := ptrace.NewTraces()
	for range g.small("resources") {
		rs := td.ResourceSpans().AppendEmpty()
		g.resource(rs.Resource())
		rs.SetSchemaUrl(g.text("schema"))
		for range g.small("scopes") {
			ss := rs.ScopeSpans().AppendEmpty()
			g.scope(ss.Scope())
			ss.SetSchemaUrl(g.text("schema"))
			for range g.small("spans") {
				s := ss.Spans().AppendEmpty()
				s.SetName(g.text("span"))
				s.TraceState().FromRaw(g.text("trace state"))
				s.Status().SetMessage(g.text("status"))
				g.attributes(s.Attributes(), 2)
				for range g.small("events") {
					e := s.Events().AppendEmpty()
					e.SetName(g.text("event"))
					g.attributes(e.Attributes(), 1)
				}
				for range g.small("links") {
					l := s.Links().AppendEmpty()
					l.TraceState().FromRaw(g.text("trace state"))
					g.attributes(l.Attributes(), 1)
				}
			}
		}
	}
	return td
}

func (g gen) metrics() pmetric.Metrics {
	md := pmetric.NewMetrics()
	for range g.small("resources") {
		rm := md.ResourceMetrics().AppendEmpty()
		g.resource(rm.Resource())
		rm.SetSchemaUrl(g.text("schema"))
		for range g.small("scopes") {
			sm := rm.ScopeMetrics().AppendEmpty()
			g.scope(sm.Scope())
			sm.SetSchemaUrl(g.text("schema"))
			for range g.small("metrics") {
				g.metric(sm.Metrics().AppendEmpty())
			}
		}
	}
	return md
}

func (g gen) metric(m pmetric.Metric) {
	m.SetName(strings.TrimSpace(g.text("metric")))
	m.SetDescription(g.text("description"))
	m.SetUnit(g.text("unit"))
	g.attributes(m.Metadata(), 1)
	exemplars := func(es pmetric.ExemplarSlice) {
		for range g.small("exemplars") {
			g.attributes(es.AppendEmpty().FilteredAttributes(), 1)
		}
	}
	points := g.small("points")
	switch rapid.IntRange(0, 5).Draw(g.T, "type") {
	case 0: // a metric of no type
	case 1:
		gauge := m.SetEmptyGauge()
		for range points {
			p := gauge.DataPoints().AppendEmpty()
			g.attributes(p.Attributes(), 2)
			exemplars(p.Exemplars())
		}
	case 2:
		sum := m.SetEmptySum()
		for range points {
			p := sum.DataPoints().AppendEmpty()
			g.attributes(p.Attributes(), 2)
			exemplars(p.Exemplars())
		}
	case 3:
		h := m.SetEmptyHistogram()
		for range points {
			p := h.DataPoints().AppendEmpty()
			g.attributes(p.Attributes(), 2)
			exemplars(p.Exemplars())
		}
	case 4:
		h := m.SetEmptyExponentialHistogram()
		for range points {
			p := h.DataPoints().AppendEmpty()
			g.attributes(p.Attributes(), 2)
			exemplars(p.Exemplars())
		}
	case 5:
		s := m.SetEmptySummary()
		for range points {
			g.attributes(s.DataPoints().AppendEmpty().Attributes(), 2)
		}
	}
}
