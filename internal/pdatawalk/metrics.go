package pdatawalk

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/airtight-telemetry/airtight/internal/field"
)

func (t *metricsTree) collect(w *walker) {
	rms := t.ResourceMetrics()
	for i := range rms.Len() {
		rm := rms.At(i)
		w.resource(i, rm.Resource(), rm.SchemaUrl())
		sms := rm.ScopeMetrics()
		for j := range sms.Len() {
			sm := sms.At(j)
			w.scopeOf(i, j, sm.Scope(), sm.SchemaUrl())
			metrics := sm.Metrics()
			for k := range metrics.Len() {
				w.metric(owner{kind: ownItem, i: uint32(i), j: uint32(j), k: uint32(k)}, metrics.At(k))
			}
		}
	}
}

func (w *walker) metric(o owner, m pmetric.Metric) {
	o.record = w.newRecord(0)
	id := w.newOwner(o)
	w.text(id, field.MetricName, m.Name())
	w.text(id, field.MetricDescription, m.Description())
	w.text(id, field.MetricUnit, m.Unit())
	w.attributes(m.Metadata(), field.MetricMetadata, o.record)
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		w.numberPoints(m.Gauge().DataPoints())
	case pmetric.MetricTypeSum:
		w.numberPoints(m.Sum().DataPoints())
	case pmetric.MetricTypeHistogram:
		points := m.Histogram().DataPoints()
		for i := range points.Len() {
			w.point(points.At(i).Attributes(), points.At(i).Exemplars())
		}
	case pmetric.MetricTypeExponentialHistogram:
		points := m.ExponentialHistogram().DataPoints()
		for i := range points.Len() {
			w.point(points.At(i).Attributes(), points.At(i).Exemplars())
		}
	case pmetric.MetricTypeSummary:
		points := m.Summary().DataPoints()
		for i := range points.Len() {
			w.attributes(points.At(i).Attributes(), field.Attribute, w.newRecord(item))
		}
	}
}

func (w *walker) numberPoints(points pmetric.NumberDataPointSlice) {
	for i := range points.Len() {
		w.point(points.At(i).Attributes(), points.At(i).Exemplars())
	}
}

func (w *walker) point(attributes pcommon.Map, exemplars pmetric.ExemplarSlice) {
	r := w.newRecord(item)
	w.attributes(attributes, field.Attribute, r)
	for i := range exemplars.Len() {
		w.attributes(exemplars.At(i).FilteredAttributes(), field.ExemplarAttribute, r)
	}
}

func (t *metricsTree) resource(i uint32) pcommon.Resource {
	return t.ResourceMetrics().At(int(i)).Resource()
}

func (t *metricsTree) scopeMetrics(i, j uint32) pmetric.ScopeMetrics {
	return t.ResourceMetrics().At(int(i)).ScopeMetrics().At(int(j))
}

func (t *metricsTree) scope(i, j uint32) pcommon.InstrumentationScope {
	return t.scopeMetrics(i, j).Scope()
}

func (t *metricsTree) setField(o owner, part field.Part, text string) {
	metric := func() pmetric.Metric { return t.scopeMetrics(o.i, o.j).Metrics().At(int(o.k)) }
	switch part {
	case field.SchemaURL:
		if o.kind == ownResource {
			t.ResourceMetrics().At(int(o.i)).SetSchemaUrl(text)
		} else {
			t.scopeMetrics(o.i, o.j).SetSchemaUrl(text)
		}
	case field.ScopeName:
		t.scope(o.i, o.j).SetName(text)
	case field.ScopeVersion:
		t.scope(o.i, o.j).SetVersion(text)
	case field.MetricName: // written to repair UTF-8 only
		metric().SetName(text)
	case field.MetricUnit: // likewise
		metric().SetUnit(text)
	case field.MetricDescription:
		metric().SetDescription(text)
	default:
		panic("pdatawalk: no such field in metrics: " + part.String())
	}
}

func (t *metricsTree) prune(w *walker) {
	p := pruner{w: w}
	prune(&p, t.ResourceMetrics(), false, func(rm pmetric.ResourceMetrics, gone bool) bool {
		return prune(&p, rm.ScopeMetrics(), gone, func(sm pmetric.ScopeMetrics, gone bool) bool {
			return prune(&p, sm.Metrics(), gone, func(m pmetric.Metric, gone bool) bool {
				switch m.Type() {
				case pmetric.MetricTypeGauge:
					return prune(&p, m.Gauge().DataPoints(), gone, nil)
				case pmetric.MetricTypeSum:
					return prune(&p, m.Sum().DataPoints(), gone, nil)
				case pmetric.MetricTypeHistogram:
					return prune(&p, m.Histogram().DataPoints(), gone, nil)
				case pmetric.MetricTypeExponentialHistogram:
					return prune(&p, m.ExponentialHistogram().DataPoints(), gone, nil)
				case pmetric.MetricTypeSummary:
					return prune(&p, m.Summary().DataPoints(), gone, nil)
				}
				return false
			})
		})
	})
}

// scrub removes the metrics: without names and attributes nothing of them means
// anything.
func (t *metricsTree) scrub() (items int) {
	items = t.DataPointCount()
	t.clear()
	return items
}
