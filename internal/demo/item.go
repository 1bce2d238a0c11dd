package demo

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"strconv"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Item is a resource, log record, span or metric as a list of texts.
type Item struct {
	// Key is the same for the item that was sent and the one that came out: it is
	// made of times and ids, which a gate never changes.
	Key string
	// Title says what it is: service, kind, severity or span kind.
	Title string
	// OfShop is set where it comes from a service of the shop.
	OfShop bool
	// Fields are its texts and numbers, in order; ids and times are left out.
	Fields []Field
}

// Field is one text of an item and where it stands.
type Field struct{ Path, Text string }

func logItems(logs plog.Logs) []Item {
	var items []Item
	for _, rl := range logs.ResourceLogs().All() {
		service, own := serviceName(rl.Resource()), ofShop(rl.Resource())
		items = append(items, resourceItem("logs", service, rl.Resource()))
		for _, sl := range rl.ScopeLogs().All() {
			for _, r := range sl.LogRecords().All() {
				it := Item{
					Key:   "log " + strconv.FormatUint(uint64(r.Timestamp()), 10),
					Title: service + "  log  " + r.SeverityText(), OfShop: own,
				}
				it.text("event_name", r.EventName())
				it.value("body", r.Body())
				it.attributes("", r.Attributes())
				items = append(items, it)
			}
		}
	}
	return items
}

func traceItems(traces ptrace.Traces) []Item {
	var items []Item
	for _, rs := range traces.ResourceSpans().All() {
		service, own := serviceName(rs.Resource()), ofShop(rs.Resource())
		items = append(items, resourceItem("traces", service, rs.Resource()))
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				id := s.SpanID()
				it := Item{Key: "span " + hex.EncodeToString(id[:]), Title: service + "  span  " + s.Kind().String(), OfShop: own}
				it.text("name", s.Name())
				it.text("status.message", s.Status().Message())
				it.text("trace_state", s.TraceState().AsRaw())
				it.attributes("", s.Attributes())
				for i, e := range s.Events().All() {
					at := fmt.Sprintf("events[%d].", i)
					it.text(at+"name", e.Name())
					it.attributes(at, e.Attributes())
				}
				for i, l := range s.Links().All() {
					at := fmt.Sprintf("links[%d].", i)
					it.text(at+"trace_state", l.TraceState().AsRaw())
					it.attributes(at, l.Attributes())
				}
				items = append(items, it)
			}
		}
	}
	return items
}

// metricItems are for telemetry that people send themselves: the shop plays none.
func metricItems(metrics pmetric.Metrics) []Item {
	var items []Item
	for _, rm := range metrics.ResourceMetrics().All() {
		service := serviceName(rm.Resource())
		items = append(items, resourceItem("metrics", service, rm.Resource()))
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				it := Item{Key: "metric " + m.Name(), Title: service + "  metric  " + m.Type().String()}
				it.text("name", m.Name())
				it.text("description", m.Description())
				for i, attributes := range pointAttributes(m) {
					it.attributes(fmt.Sprintf("points[%d].", i), attributes)
				}
				items = append(items, it)
			}
		}
	}
	return items
}

func pointAttributes(m pmetric.Metric) []pcommon.Map {
	var maps []pcommon.Map
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		for _, p := range m.Gauge().DataPoints().All() {
			maps = append(maps, p.Attributes())
		}
	case pmetric.MetricTypeSum:
		for _, p := range m.Sum().DataPoints().All() {
			maps = append(maps, p.Attributes())
		}
	case pmetric.MetricTypeHistogram:
		for _, p := range m.Histogram().DataPoints().All() {
			maps = append(maps, p.Attributes())
		}
	case pmetric.MetricTypeExponentialHistogram:
		for _, p := range m.ExponentialHistogram().DataPoints().All() {
			maps = append(maps, p.Attributes())
		}
	case pmetric.MetricTypeSummary:
		for _, p := range m.Summary().DataPoints().All() {
			maps = append(maps, p.Attributes())
		}
	}
	return maps
}

// resourceItem stands once for each batch of its service; readers keep the first.
func resourceItem(signal, service string, r pcommon.Resource) Item {
	it := Item{Key: "resource " + signal + " " + service + " " + attributeOf(r, "service.version"), Title: service + "  resource of its " + signal, OfShop: ofShop(r)}
	it.attributes("", r.Attributes())
	return it
}

func ofShop(r pcommon.Resource) bool {
	return attributeOf(r, "deployment.environment.name") == environment
}

func serviceName(r pcommon.Resource) string {
	return cmp.Or(attributeOf(r, "service.name"), "(no service.name)")
}

func attributeOf(r pcommon.Resource, key string) string {
	v, ok := r.Attributes().Get(key)
	if !ok {
		return ""
	}
	return v.AsString()
}

func (it *Item) attributes(at string, m pcommon.Map) {
	for k, v := range m.All() {
		it.value(at+k, v)
	}
}

// value adds the leaves of v. A map's key is joined by a dot, as in a policy.
func (it *Item) value(path string, v pcommon.Value) {
	switch v.Type() {
	case pcommon.ValueTypeMap:
		it.attributes(path+".", v.Map())
	case pcommon.ValueTypeSlice:
		for i, e := range v.Slice().All() {
			it.value(fmt.Sprintf("%s[%d]", path, i), e)
		}
	case pcommon.ValueTypeBytes:
		it.text(path, string(v.Bytes().AsRaw()))
	default:
		it.text(path, v.AsString())
	}
}

func (it *Item) text(path, text string) {
	if text != "" {
		it.Fields = append(it.Fields, Field{path, text})
	}
}
