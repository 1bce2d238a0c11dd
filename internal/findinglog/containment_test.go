package findinglog

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/airtight-telemetry/airtight/internal/finding"
)

func TestContainmentsRoundTrip(t *testing.T) {
	c := finding.Containment{Service: "cart", Namespace: "shop", Since: noon, Until: noon.Add(time.Hour), Reason: "101 findings within 1m", By: "policy of airtight"}
	want := []finding.ContainmentEvent{
		{Containment: c, Change: finding.ContainmentStarted, At: noon},
		{Containment: finding.Containment{Since: noon, Until: noon.Add(time.Minute)}, Change: finding.ContainmentExpired, At: noon.Add(time.Minute)},
	}
	ld := WriteContainments(want, noon)
	got, unread := ReadContainments(ld)
	if unread != 0 || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%d unread\n got %+v\nwant %+v", unread, got, want)
	}
	if only, ok := Only(ld); !ok || only.LogRecordCount() != 2 {
		t.Error("they do not reach a ledger")
	}
	if rows, unread := Read(ld); len(rows)+unread != 0 {
		t.Error("they are taken for findings")
	}
	if got, unread := ReadContainments(Write(rows(), noon)); len(got)+unread != 0 {
		t.Error("findings are taken for them")
	}
	lr := ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0)
	if lr.EventName() != "airtight.containment" || lr.SeverityNumber() != plog.SeverityNumberWarn || lr.Body().AsString() != "" {
		t.Errorf("event %q, severity %v, body %q", lr.EventName(), lr.SeverityNumber(), lr.Body().AsString())
	}
}

func TestBadContainments(t *testing.T) {
	for key, value := range map[string]string{
		attrChange: "begun", attrSince: "noon", attrUntil: noon.Format(time.RFC3339Nano),
	} {
		ld := WriteContainments([]finding.ContainmentEvent{{Containment: finding.Containment{Since: noon, Until: noon.Add(time.Hour)}, Change: finding.ContainmentStarted, At: noon}}, noon)
		ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).Attributes().PutStr(key, value)
		if got, unread := ReadContainments(ld); len(got) != 0 || unread != 1 {
			t.Errorf("%s=%s: %d read, %d not", key, value, len(got), unread)
		}
	}
	ld := WriteContainments([]finding.ContainmentEvent{{Containment: finding.Containment{Service: strings.Repeat("s", 999), Since: noon, Until: noon.Add(time.Hour)}, Change: finding.ContainmentStarted, At: noon}}, noon)
	if got, _ := ReadContainments(ld); len(got) != 1 || len(got[0].Service) != maxText {
		t.Errorf("%d read", len(got))
	}
}
