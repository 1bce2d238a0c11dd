package ledger

import (
	"fmt"
	"testing"
	"time"

	"github.com/airtight-telemetry/airtight/internal/finding"
)

func TestRecordContainments(t *testing.T) {
	bothKinds(t, func(t *testing.T, o Options, c *clock) {
		l := watched(t, o, WatchOptions{})
		defer func() { closed(t, l) }()
		at := c.now()
		own := finding.Containment{Service: "cart", Namespace: "shop", Since: at, Until: at.Add(time.Hour), By: finding.ByPolicy + "airtight", Reason: "101 findings within 1m"}
		ordered := own
		ordered.By = "ann"
		events := []finding.ContainmentEvent{
			{Containment: own, Change: finding.ContainmentStarted, At: at},
			{Containment: ordered, Change: finding.ContainmentStarted, At: at},
			{Containment: own, Change: finding.ContainmentExpired, At: own.Until},
		}
		for range 2 {
			if err := l.RecordContainments(t.Context(), events); err != nil {
				t.Fatal(err)
			}
		}
		entries, err := l.Audit(t.Context(), "", 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, e := range entries {
			got += fmt.Sprintf("%s %s (%s to %s) %s\n", e.Actor, e.Action, e.Was, e.Became, e.Reason)
		}
		want := "policy of airtight contain ( to contained) shop/cart: 101 findings within 1m\npolicy of airtight release (contained to ) shop/cart: expired\n"
		if got != want {
			t.Errorf("the audit reads\n%s, want\n%s", got, want)
		}
		if v, err := VerifyAudit(t.Context(), l, nil, nil); err != nil || !v.Whole {
			t.Errorf("the audit is broken: %v", err)
		}
	})
}
