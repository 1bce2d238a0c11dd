package findinglog

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/airtight-telemetry/airtight/internal/finding"
)

// ContainmentEventName is the event name of a log record that says what became of the
// containment of a source. Its resource is that source, its time that of the change.
const ContainmentEventName = "airtight.containment"

// The attributes of what became of a containment.
const (
	attrChange = "airtight.containment.change"
	attrSince  = "airtight.containment.since"
	attrUntil  = "airtight.containment.until"
	attrBy     = "airtight.containment.by"
	attrReason = "airtight.containment.reason"
)

// WriteContainments is the log records of what became of containments, in their order.
func WriteContainments(events []finding.ContainmentEvent, observed time.Time) plog.Logs {
	ld := plog.NewLogs()
	for _, e := range events {
		rl := ld.ResourceLogs().AppendEmpty()
		put(rl.Resource().Attributes(), "service.name", e.Service)
		put(rl.Resource().Attributes(), "service.namespace", e.Namespace)
		lr := rl.ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
		lr.SetEventName(ContainmentEventName)
		lr.SetTimestamp(pcommon.NewTimestampFromTime(e.At))
		lr.SetObservedTimestamp(pcommon.NewTimestampFromTime(observed))
		lr.SetSeverityNumber(plog.SeverityNumberInfo)
		if e.Change == finding.ContainmentStarted || e.Change == finding.ContainmentProlonged {
			lr.SetSeverityNumber(plog.SeverityNumberWarn)
		}
		m := lr.Attributes()
		put(m, attrChange, string(e.Change))
		put(m, attrSince, e.Since.UTC().Format(time.RFC3339Nano))
		put(m, attrUntil, e.Until.UTC().Format(time.RFC3339Nano))
		put(m, attrBy, e.By)
		put(m, attrReason, e.Reason)
	}
	return ld
}

func put(m pcommon.Map, key, value string) {
	if value != "" {
		m.PutStr(key, value)
	}
}

// ReadContainments is what became of containments according to ld, and how many records
// bear the event's name and can't be read as one. Texts are bounded.
func ReadContainments(ld plog.Logs) (events []finding.ContainmentEvent, unread int) {
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, lr := range sl.LogRecords().All() {
				if lr.EventName() != ContainmentEventName {
					continue
				}
				if e, ok := readContainment(rl.Resource().Attributes(), lr); ok {
					events = append(events, e)
				} else {
					unread++
				}
			}
		}
	}
	return events, unread
}

func readContainment(resource pcommon.Map, lr plog.LogRecord) (e finding.ContainmentEvent, ok bool) {
	text := func(m pcommon.Map, key string) string {
		v, found := m.Get(key)
		if !found || v.Type() != pcommon.ValueTypeStr {
			return ""
		}
		return bounded(v.Str())
	}
	moment := func(key string) time.Time {
		t, _ := time.Parse(time.RFC3339Nano, text(lr.Attributes(), key))
		return t
	}
	e.Service, e.Namespace = text(resource, "service.name"), text(resource, "service.namespace")
	e.Change, e.At = finding.Change(text(lr.Attributes(), attrChange)), lr.Timestamp().AsTime()
	e.Since, e.Until = moment(attrSince), moment(attrUntil)
	e.By, e.Reason = text(lr.Attributes(), attrBy), text(lr.Attributes(), attrReason)
	switch e.Change {
	case finding.ContainmentStarted, finding.ContainmentProlonged, finding.ContainmentExpired, finding.ContainmentReleased, finding.ContainmentWithdrawn:
		return e, lr.Timestamp() > 0 && !e.Since.IsZero() && e.Until.After(e.Since)
	}
	return e, false
}
