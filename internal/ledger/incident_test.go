package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// told is a Listener that remembers.
type told struct {
	mu       sync.Mutex
	changed  []Incident
	standing []Incident
}

func (l *told) Changed(i Incident) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.changed = append(l.changed, i)
}
func (l *told) Standing(all []Incident) { l.mu.Lock(); defer l.mu.Unlock(); l.standing = all }

// watched is a ledger that looks when the test does.
func watched(t *testing.T, o Options, w WatchOptions) *Ledger {
	t.Helper()
	l := open(t, o)
	l.watching = newWatching(w)
	return l
}

func look(t *testing.T, l *Ledger) {
	t.Helper()
	if err := l.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func incidents(t *testing.T, l *Ledger, f IncidentFilter) []Incident {
	t.Helper()
	p, err := l.Incidents(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	return p.Incidents
}

// of makes a finding of a service and version.
func of(at time.Time, service, version, before, ruleID string, count int) finding.Row {
	return found(at, func(r *finding.Row) {
		r.Resource = finding.NewAttrs([][2]string{{"service.name", service}, {"service.version", version}, {"service.namespace", "shop"}})
		r.VersionBefore, r.Rule, r.Count = before, ruleID, count
	})
}

// TestVersionIncident: a version that leaks what the one before did not opens an
// incident at once, even in a ledger that has just begun; one that leaks what others leaked too does
// not; nor does one of which it is not known that it is new.
func TestVersionIncident(t *testing.T) {
	bothKinds(t, func(t *testing.T, o Options, c *clock) {
		heard := &told{}
		l := watched(t, o, WatchOptions{Listener: heard})
		defer closed(t, l)
		look(t, l)
		c.forward(time.Second)
		record(t, l, of(c.now(), "cart", "2.0", "1.0", "jwt", 1)) // the gate has just begun too: which came first says nothing
		record(t, l, of(c.now(), "checkout", "1.0", "", "email", 3))
		c.forward(time.Minute)
		look(t, l)
		if n := len(incidents(t, l, IncidentFilter{})); n != 0 {
			t.Fatalf("%d incidents in a ledger that has just begun", n)
		}
		record(t, l, of(c.now(), "checkout", "2.0", "1.0", "email", 5))
		record(t, l, of(c.now(), "checkout", "2.0", "1.0", "acme-key", 5))
		c.forward(2 * time.Second)
		look(t, l)
		record(t, l, of(c.now(), "checkout", "2.0", "1.0", "jwt", 2))
		c.forward(11 * time.Second)
		look(t, l)
		look(t, l)
		all := incidents(t, l, IncidentFilter{})
		if len(all) != 1 {
			t.Fatalf("%d incidents: %+v", len(all), all)
		}
		i := all[0]
		if i.Kind != VersionIncident || i.Service != "checkout" || i.Namespace != "shop" || i.Version != "2.0" || i.Class != "secret" || i.State != IncidentOpen ||
			!slices.Equal(i.Rules, []string{"acme-key", "jwt"}) || len(i.Leaks) != 2 || i.Observed != 7 || i.Severity != "high" || len(i.Reasons) != 2 ||
			!strings.Contains(i.Reasons[0], "Version 2.0 leaks this; version 1.0") {
			t.Errorf("%+v", i)
		}
		if len(heard.changed) != 1 || heard.changed[0].ID != i.ID || len(heard.standing) != 1 {
			t.Errorf("told of %+v", heard.changed)
		}
		d, err := l.Incident(t.Context(), i.ID)
		if err != nil || len(d.Leaking) != 2 || len(d.Timeline) != 1 || d.Timeline[0].Count != 7 || len(d.Events) != 1 || d.Events[0].Became != "open" || d.Events[0].Actor != Actor {
			t.Errorf("%+v, %v", d, err)
		}
		// It closes by itself when it is quiet, and opens again when it flares up.
		c.forward(2 * time.Hour)
		look(t, l)
		if i := incidents(t, l, IncidentFilter{State: IncidentClosed}); len(i) != 1 || i[0].ClosedBy != Actor || i[0].ClosedReason == "" || i[0].Closed.IsZero() {
			t.Fatalf("%+v", i)
		}
		record(t, l, of(c.now().Add(time.Second), "checkout", "2.0", "1.0", "jwt", 1))
		c.forward(2 * time.Second)
		record(t, l, of(c.now(), "checkout", "2.0", "1.0", "jwt", 1))
		look(t, l)
		if i := incidents(t, l, IncidentFilter{State: IncidentOpen}); len(i) != 1 || i[0].ID != all[0].ID || i[0].Reopened != 1 {
			t.Fatalf("%+v", i)
		}
		// Dealt with, it closes, and further findings of what was accepted open nothing.
		for _, leak := range i.Leaks {
			if err := l.SetState(t.Context(), leak, Change{State: Acknowledged, By: "ann"}); err != nil {
				t.Fatal(err)
			}
		}
		if i := incidents(t, l, IncidentFilter{}); !i[0].Silenced || i[0].State != IncidentOpen {
			t.Errorf("acknowledged: %+v", i)
		}
		for _, leak := range i.Leaks {
			if err := l.SetState(t.Context(), leak, Change{State: Accepted, By: "ann", Reason: "test"}); err != nil {
				t.Fatal(err)
			}
		}
		look(t, l)
		c.forward(time.Minute)
		record(t, l, of(c.now(), "checkout", "2.0", "1.0", "jwt", 1))
		look(t, l)
		if i := incidents(t, l, IncidentFilter{}); len(i) != 1 || i[0].State != IncidentClosed {
			t.Errorf("dealt with: %+v", i)
		}
		if v, err := VerifyAudit(t.Context(), l, nil, nil); err != nil || !v.Whole {
			t.Errorf("%+v, %v", v, err)
		}
		if _, err := l.Incident(t.Context(), "none"); !errors.Is(err, ErrNoIncident) {
			t.Error(err)
		}
	})
}

// TestNovelty: what leaks when the ledger is first started is not new, however
// long it takes; what a service leaks for the first time later is, and a restart does not
// make it new again.
func TestNovelty(t *testing.T) {
	bothKinds(t, func(t *testing.T, o Options, c *clock) {
		l := watched(t, o, WatchOptions{})
		look(t, l)
		for i := range 40 {
			record(t, l, of(c.now(), fmt.Sprint("service", i), "1.0", "", "jwt", 1))
			c.forward(30 * time.Minute)
			look(t, l)
		}
		if n := len(incidents(t, l, IncidentFilter{})); n != 0 {
			t.Fatalf("%d incidents while the ledger learns", n)
		}
		c.forward(5 * time.Hour)
		card := found(c.now(), func(r *finding.Row) { r.Class, r.Rule = rule.Payment, "card" })
		record(t, l, card, of(c.now(), "service1", "1.0", "", "jwt", 5))
		look(t, l)
		all := incidents(t, l, IncidentFilter{})
		if len(all) != 1 || all[0].Kind != NoveltyIncident || all[0].Service != "checkout" || all[0].Class != "payment" || all[0].Version != "" {
			t.Fatalf("%+v", all)
		}
		closed(t, l)
		l = watched(t, o, WatchOptions{})
		defer closed(t, l)
		for range 30 {
			look(t, l)
			c.forward(time.Hour)
			record(t, l, card)
		}
		if again := incidents(t, l, IncidentFilter{}); len(again) != 1 || again[0].ID != all[0].ID || again[0].State != IncidentClosed {
			t.Errorf("%+v", again)
		}
		for f, want := range map[IncidentFilter]int{
			{Service: "checkout"}: 1, {Service: "x"}: 0, {Class: "payment"}: 1, {Kind: RateIncident}: 0, {Leak: all[0].Leaks[0]}: 1, {Leak: "x"}: 0,
			{Since: c.now()}: 0, {Since: noon}: 1, {State: IncidentOpen}: 0,
		} {
			if got := len(incidents(t, l, f)); got != want {
				t.Errorf("%+v: %d, want %d", f, got, want)
			}
		}
	})
}

// TestRateIncident: a source that leaks as it always did for a week opens nothing,
// then much more opens one incident; a restart in between forgets nothing; it
// closes when all is as it was.
func TestRateIncident(t *testing.T) {
	bothKinds(t, func(t *testing.T, o Options, c *clock) {
		l := watched(t, o, WatchOptions{})
		hour := func(count int) {
			record(t, l, of(c.now(), "checkout", "1.0", "", "jwt", count))
			look(t, l)
			c.forward(time.Hour)
		}
		look(t, l)
		for range 24 * 8 {
			hour(10)
		}
		if all := incidents(t, l, IncidentFilter{}); len(all) != 0 {
			t.Fatalf("%+v", all)
		}
		closed(t, l)
		l = watched(t, o, WatchOptions{})
		defer func() { closed(t, l) }()
		for range 12 {
			record(t, l, of(c.now(), "checkout", "1.0", "", "jwt", 50))
			look(t, l)
			c.forward(4 * time.Minute)
		}
		all := incidents(t, l, IncidentFilter{})
		if len(all) != 1 || all[0].Kind != RateIncident || all[0].Expected < 8 || all[0].Expected > 12 || all[0].Observed < 100 || all[0].Span != "hour" {
			t.Fatalf("%+v", all)
		}
		t.Log(all[0].Reasons[0])
		c.forward(15 * time.Minute)
		for range 4 {
			hour(10)
		}
		if all := incidents(t, l, IncidentFilter{}); len(all) != 1 || all[0].State != IncidentClosed {
			t.Fatalf("%+v", all)
		}
		// A person's decision holds for a day.
		record(t, l, of(c.now(), "checkout", "1.0", "", "jwt", 1000))
		look(t, l)
		all = incidents(t, l, IncidentFilter{State: IncidentOpen})
		if len(all) != 1 || all[0].Reopened != 1 {
			t.Fatalf("%+v", all)
		}
		for _, reason := range []string{"", " ", strings.Repeat("x", maxReason+1)} {
			if err := l.CloseIncident(t.Context(), all[0].ID, "ann", reason); !errors.As(err, &InvalidChange{}) {
				t.Errorf("%.10q: %v", reason, err)
			}
		}
		if err := l.CloseIncident(t.Context(), all[0].ID, "ann", "a load test"); err != nil {
			t.Fatal(err)
		}
		if err := l.CloseIncident(t.Context(), all[0].ID, "ann", "again"); !errors.As(err, &InvalidChange{}) {
			t.Error(err)
		}
		c.forward(time.Hour)
		record(t, l, of(c.now(), "checkout", "1.0", "", "jwt", 1000))
		look(t, l)
		if all := incidents(t, l, IncidentFilter{State: IncidentOpen}); len(all) != 0 {
			t.Fatalf("%+v", all)
		}
	})
}

// TestOneIncident: several processes that keep one ledger open one incident, and one of
// them tells.
func TestOneIncident(t *testing.T) {
	o := Options{Report: func(err error) { t.Error(err) }}
	c := &clock{t: noon}
	o.now, o.URL = c.now, server.database(t)
	heard := &told{}
	var all []*Ledger
	for range 4 {
		l := watched(t, o, WatchOptions{Listener: heard})
		defer closed(t, l)
		look(t, l)
		all = append(all, l)
	}
	c.forward(30 * time.Hour)
	const sources = 8
	for round := range 3 {
		for i := range sources {
			record(t, all[i%4], of(c.now(), fmt.Sprint("s", i), "1.0", "", fmt.Sprint("rule", round), 3))
		}
		var wg sync.WaitGroup
		for _, l := range all {
			wg.Go(func() {
				if err := l.Look(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		c.forward(time.Minute)
	}
	if got := incidents(t, all[0], IncidentFilter{}); len(got) != sources {
		t.Errorf("%d incidents, want %d", len(got), sources)
	}
	if len(heard.changed) != sources {
		t.Errorf("told %d times, want %d", len(heard.changed), sources)
	}
}

// TestContainment: by policy and by hand, in the gates of this process, ended by
// itself or by hand, audited.
func TestContainment(t *testing.T) {
	bothKinds(t, func(t *testing.T, o Options, c *clock) {
		o.Hub = finding.NewHub()
		l := watched(t, o, WatchOptions{ContainFor: 15 * time.Minute, ContainOn: []IncidentKind{NoveltyIncident}})
		defer func() { closed(t, l) }()
		look(t, l)
		c.forward(25 * time.Hour)
		record(t, l, of(c.now(), "checkout", "1.0", "", "jwt", 3))
		look(t, l)
		is := func(want int) Incident {
			t.Helper()
			i := incidents(t, l, IncidentFilter{})[0]
			if got := o.Hub.Containments(); len(got) != want || want > 0 && (got[0].Service != "checkout" || got[0].Namespace != "shop" || got[0].Reason != "incident "+i.ID) {
				t.Fatalf("contained: %+v", got)
			}
			if (i.Containment != nil) != (want > 0) {
				t.Fatalf("the incident says %+v", i.Containment)
			}
			return i
		}
		i := is(1)
		if i.Containment.By != Actor || !i.Containment.Until.Equal(c.now().Add(15*time.Minute)) || i.Containment.Reaches == "" {
			t.Errorf("%+v", i.Containment)
		}
		if err := l.ReleaseIncident(t.Context(), i.ID, "ann"); err != nil {
			t.Fatal(err)
		}
		is(0)
		if err := l.ReleaseIncident(t.Context(), i.ID, "ann"); !errors.As(err, &InvalidChange{}) {
			t.Error(err)
		}
		for _, d := range []time.Duration{0, -time.Second, 25 * time.Hour} {
			if err := l.ContainIncident(t.Context(), i.ID, d, "ann"); !errors.As(err, &InvalidChange{}) {
				t.Errorf("%v: %v", d, err)
			}
		}
		if err := l.ContainIncident(t.Context(), i.ID, time.Hour, "ann"); err != nil {
			t.Fatal(err)
		}
		is(1)
		// Another process that keeps the ledger, or this one after a restart.
		closed(t, l)
		o.Hub = finding.NewHub()
		l = watched(t, o, WatchOptions{})
		look(t, l)
		is(1)
		c.forward(61 * time.Minute)
		look(t, l)
		if i := incidents(t, l, IncidentFilter{})[0]; i.Containment != nil {
			t.Errorf("it does not end: %+v", i.Containment)
		}
		d, err := l.Incident(t.Context(), i.ID)
		if err != nil {
			t.Fatal(err)
		}
		var done []string
		for _, e := range d.Events {
			if e.Action != "incident" {
				done = append(done, e.Action+" by "+e.Actor)
			}
		}
		want := []string{"contain by airtight", "release by ann", "contain by ann", "release by airtight"}
		if !slices.Equal(done, want) {
			t.Errorf("%q, want %q", done, want)
		}
	})
}

// TestFlood: names without end do not open incidents without end.
func TestFlood(t *testing.T) {
	c := &clock{t: noon}
	var reports []error
	o := Options{Path: t.TempDir() + "/l.db", Report: func(err error) { reports = append(reports, err) }, now: c.now}
	l := watched(t, o, WatchOptions{})
	defer closed(t, l)
	look(t, l)
	c.forward(25 * time.Hour)
	var rows []finding.Row
	for i := range maxOpen + 20 {
		rows = append(rows, of(c.now(), fmt.Sprint("s", i), "1.0", "", "jwt", 1))
	}
	record(t, l, rows...)
	if err := l.Look(t.Context()); !errors.Is(err, errFlood) {
		t.Error(err)
	}
	if n := len(incidents(t, l, IncidentFilter{Limit: maxLimit})); n != maxOpen {
		t.Errorf("%d incidents, want %d", n, maxOpen)
	}
}

// TestIncidentsArePaged: each comes once.
func TestIncidentsArePaged(t *testing.T) {
	bothKinds(t, func(t *testing.T, o Options, c *clock) {
		l := watched(t, o, WatchOptions{})
		defer closed(t, l)
		look(t, l)
		c.forward(25 * time.Hour)
		for i := range 11 {
			record(t, l, of(c.now(), fmt.Sprint("s", i), "1.0", "", "jwt", 1))
		}
		look(t, l)
		seen := map[string]bool{}
		f := IncidentFilter{Limit: 4}
		for range 3 {
			p, err := l.Incidents(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range p.Incidents {
				seen[i.ID] = true
			}
			f.Next = p.Next
		}
		if len(seen) != 11 || f.Next != "" {
			t.Errorf("%d incidents, next %q", len(seen), f.Next)
		}
		if _, err := l.Incidents(t.Context(), IncidentFilter{Next: "%"}); !errors.Is(err, ErrBadCursor) {
			t.Error(err)
		}
	})
}

// BenchmarkLook is what a look costs at 10,000 leaks that are all active.
func BenchmarkLook(b *testing.B) {
	c := &clock{t: noon}
	l, err := Open(b.Context(), Options{Path: b.TempDir() + "/l.db", Report: func(error) {}, now: c.now})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	l.watching = newWatching(WatchOptions{})
	for hour := range 24 * 10 {
		var rows []finding.Row
		for i := range 10000 {
			if hour == 239 || i%100 == hour%100 {
				rows = append(rows, of(c.now(), fmt.Sprint("s", i%100), "1.0", "", fmt.Sprint("r", i/100), 10))
			}
		}
		if err := l.Record(b.Context(), rows); err != nil {
			b.Fatal(err)
		}
		c.forward(time.Hour)
	}
	c.forward(-30 * time.Minute)
	began := time.Now()
	if err := l.Look(b.Context()); err != nil {
		b.Fatal(err)
	}
	first := time.Since(began)
	for b.Loop() {
		if err := l.Look(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(first.Milliseconds()), "ms-after-a-start")
}
