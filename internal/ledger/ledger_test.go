package ledger

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/airtight-telemetry/airtight/internal/action"
	"github.com/airtight-telemetry/airtight/internal/cause"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

var noon = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

// clock is a clock that tests set.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time          { c.mu.Lock(); defer c.mu.Unlock(); return c.t }
func (c *clock) forward(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.t = c.t.Add(d) }

// bothKinds runs a test on either kind of database.
func bothKinds(t *testing.T, test func(t *testing.T, o Options, c *clock)) {
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			c := &clock{t: noon}
			o := Options{Report: func(err error) { t.Error(err) }, now: c.now}
			if kind == "postgres" {
				o.URL = server.database(t)
			} else {
				o.Path = filepath.Join(t.TempDir(), "a dir", "ledger.db")
			}
			test(t, o, c)
		})
	}
}

func open(t *testing.T, o Options) *Ledger {
	t.Helper()
	l, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func closed(t *testing.T, l *Ledger) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

// found is a finding of one value at a time.
func found(at time.Time, change func(*finding.Row)) finding.Row {
	r := finding.Row{
		Finding: finding.Finding{
			Rule: "acme-key", Class: rule.Secret, Severity: "high", Confidence: rule.High, Action: action.Mask,
			Signal: field.Logs, Part: field.Body, Service: "checkout",
		},
		Origin: finding.Origin{
			Resource: finding.NewAttrs([][2]string{
				{"service.name", "checkout"}, {"service.version", "1.0"}, {"service.namespace", "shop"}, {"k8s.pod.name", "checkout-a"}, {"service.owner", "pay"},
			}),
			Scope: "com.example.pay", Template: "key is [redacted:acme-key]", File: "pay.go", Line: 42, Level: "info",
		},
		Destinations: []string{"otlp/logs"}, Fingerprint: "k1:aaaaaaaaaaaaaaaa", Length: 20, Count: 1, First: at, Last: at,
	}
	if change != nil {
		change(&r)
	}
	return r
}

func record(t *testing.T, l *Ledger, rows ...finding.Row) {
	t.Helper()
	if err := l.Record(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
}

func leaks(t *testing.T, l *Ledger, f Filter) []Leak {
	t.Helper()
	p, err := l.Leaks(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	return p.Leaks
}

func only(t *testing.T, l *Ledger) *Detail {
	t.Helper()
	all := leaks(t, l, Filter{})
	if len(all) != 1 {
		t.Fatalf("%d leaks, want 1", len(all))
	}
	d, err := l.Leak(t.Context(), all[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestRecord(t *testing.T) {
	bothKinds(t, func(t *testing.T, o Options, c *clock) {
		o.Rules = []rule.Rule{{ID: "acme-key", Description: "Acme API key", Revoke: "https://example.com/keys"}}
		l := open(t, o)
		record(t, l, found(noon, nil), found(noon, func(r *finding.Row) { r.Fingerprint, r.Count = "k1:b", 4 }))
		c.forward(2 * time.Hour)
		record(t, l,
			found(c.now(), func(r *finding.Row) { r.Line, r.Exposed, r.Destinations = 50, true, []string{"otlp/logs", "kafka"} }),
			found(c.now(), func(r *finding.Row) { r.Resource = finding.NewAttrs([][2]string{{"service.name", "cart"}}) }),
		)
		closed(t, l)
		l = open(t, o) // what was recorded outlives the process
		defer closed(t, l)
		all := leaks(t, l, Filter{Service: "checkout"})
		if len(all) != 1 {
			t.Fatalf("%d leaks of checkout", len(all))
		}
		d, err := l.Leak(t.Context(), all[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		if d.Count != 6 || d.Distinct != 2 || d.Estimated || d.ExposedCount != 1 || d.Exposure != Exposed || d.State != Unhandled || d.Owner != "pay" ||
			!d.FirstSeen.Equal(noon) || !d.LastSeen.Equal(noon.Add(2*time.Hour)) || d.Namespace != "shop" || d.Version != "1.0" || d.Scope != "com.example.pay" {
			t.Errorf("%+v", d)
		}
		if d.Description != "Acme API key" || d.Revoke != "https://example.com/keys" {
			t.Errorf("the rule is not told: %+v", d)
		}
		if len(d.Timeline) != 2 || d.Timeline[0].Count != 5 || d.Timeline[1].Count != 1 || d.Timeline[1].Exposed != 1 || !d.Timeline[1].Hour.Equal(noon.Add(2*time.Hour)) {
			t.Errorf("timeline %+v", d.Timeline)
		}
		if len(d.Sources) != 2 || d.Sources[0].Count != 5 || d.Sources[0].Line != 42 || d.Sources[0].Instance != "checkout-a" || d.Sources[1].Line != 50 {
			t.Errorf("sources %+v", d.Sources)
		}
		if len(d.Destinations) != 2 || d.Destinations[0].Name != "kafka" || d.Destinations[0].Exposure != Exposed || d.Destinations[1].Masked != 5 {
			t.Errorf("destinations %+v", d.Destinations)
		}
		if len(d.Values) != 2 || d.Values[1].Count != 4 || d.Values[1].Fingerprint != "k1:b" {
			t.Errorf("values %+v", d.Values)
		}
		if len(d.Elsewhere) != 1 || d.Elsewhere[0].Service != "cart" || d.Elsewhere[0].Values != 1 {
			t.Errorf("elsewhere %+v", d.Elsewhere)
		}
		if len(d.Causes) != 1 || d.Cause != cause.LogText {
			t.Errorf("causes %+v", d.Causes)
		}
		if _, err := l.Leak(t.Context(), "none"); !errors.Is(err, ErrNotFound) {
			t.Errorf("a leak that is not there: %v", err)
		}
	})
}

func TestNewVersion(t *testing.T) {
	bothKinds(t, func(t *testing.T, o Options, c *clock) {
		l := open(t, o)
		defer closed(t, l)
		version := func(r *finding.Row, v string) {
			r.Resource = finding.NewAttrs([][2]string{{"service.name", "checkout"}, {"service.version", v}})
		}
		record(t, l, found(noon, func(r *finding.Row) { version(r, "1.0"); r.Rule = "other" }))
		c.forward(time.Minute)
		record(t, l, found(c.now(), func(r *finding.Row) { version(r, "2.0") }))
		for _, k := range leaks(t, l, Filter{}) {
			want := map[string]cause.Kind{"other": cause.LogText, "acme-key": cause.NewVersion}[k.Rule]
			if k.Cause != want {
				t.Errorf("%s: %s, want %s", k.Rule, k.Cause, want)
			}
		}
	})
}

// TestVersionsOutOfOrder: a batch may hold two versions, and what an older one leaked
// may come late. Either way the leak did not begin with the newer.
func TestVersionsOutOfOrder(t *testing.T) {
	bothKinds(t, func(t *testing.T, o Options, c *clock) {
		l := open(t, o)
		defer closed(t, l)
		row := func(rule, version, before string, at time.Time) finding.Row {
			return found(at, func(r *finding.Row) {
				r.Rule, r.VersionBefore = rule, before
				r.Resource = finding.NewAttrs([][2]string{{"service.name", "checkout"}, {"service.version", version}})
			})
		}
		c.forward(time.Hour)
		record(t, l, row("one-batch", "1.0", "", noon), row("one-batch", "2.0", "1.0", noon.Add(time.Minute)))
		record(t, l, row("late", "2.0", "1.0", noon.Add(time.Minute)))
		record(t, l, row("late", "1.0", "", noon))
		record(t, l, row("new", "2.0", "1.0", noon.Add(time.Minute)))
		for _, k := range leaks(t, l, Filter{}) {
			d, err := l.Leak(t.Context(), k.ID)
			if err != nil {
				t.Fatal(err)
			}
			first, why := "1.0", cause.LogText
			if k.Rule == "new" {
				first, why = "2.0", cause.NewVersion
			}
			if d.FirstVersion != first || d.Version != "2.0" || d.Cause != why {
				t.Errorf("%s: first version %s, version %s, cause %s", k.Rule, d.FirstVersion, d.Version, d.Cause)
			}
		}
	})
}

func TestListIsPaged(t *testing.T) {
	bothKinds(t, func(t *testing.T, o Options, c *clock) {
		l := open(t, o)
		defer closed(t, l)
		const n = 25
		c.forward(time.Hour)
		for i := range n {
			record(t, l, found(noon.Add(time.Duration(i/3)*time.Second), func(r *finding.Row) {
				r.Field = fmt.Sprint("f", i)
				if i%2 == 0 {
					r.Class = rule.Contact
				}
			}))
		}
		seen := map[string]bool{}
		f := Filter{Limit: 4}
		for pages := 0; ; pages++ {
			p, err := l.Leaks(t.Context(), f)
			if err != nil || pages > n {
				t.Fatal(pages, err)
			}
			for _, k := range p.Leaks {
				if seen[k.ID] {
					t.Errorf("%s comes twice", k.ID)
				}
				seen[k.ID] = true
			}
			if f.Next = p.Next; f.Next == "" {
				break
			}
		}
		if len(seen) != n {
			t.Errorf("%d leaks, want %d", len(seen), n)
		}
		for _, c := range []struct {
			filter Filter
			want   int
		}{
			{Filter{Class: "contact"}, 13}, {Filter{Class: "secret"}, 12}, {Filter{Class: "none"}, 0}, {Filter{Service: "checkout"}, n},
			{Filter{Service: "check"}, 0}, {Filter{State: Unhandled}, n}, {Filter{State: Fixed}, 0}, {Filter{Since: noon.Add(7 * time.Second)}, 4},
		} {
			if got := len(leaks(t, l, c.filter)); got != c.want {
				t.Errorf("%+v: %d leaks, want %d", c.filter, got, c.want)
			}
		}
		if _, err := l.Leaks(t.Context(), Filter{Next: "%"}); !errors.Is(err, ErrBadCursor) {
			t.Error(err)
		}
		all, err := l.Overview(t.Context(), noon)
		if err != nil || all.Leaks != n || all.Findings != n || all.New != n || all.ByClass["contact"] != 13 || len(all.Services) != 1 || len(all.Hours) != 1 {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

func TestStates(t *testing.T) {
	bothKinds(t, func(t *testing.T, o Options, c *clock) {
		l := open(t, o)
		defer closed(t, l)
		record(t, l, found(noon, nil))
		id := only(t, l).ID
		set := func(change Change) {
			t.Helper()
			c.forward(time.Second)
			change.By = "ann"
			if err := l.SetState(t.Context(), id, change); err != nil {
				t.Fatal(err)
			}
		}
		leak := func(fingerprint string) {
			t.Helper()
			c.forward(time.Second)
			record(t, l, found(c.now(), func(r *finding.Row) { r.Fingerprint = fingerprint }))
		}
		is := func(want State) {
			t.Helper()
			if d := only(t, l); d.State != want {
				t.Errorf("the state is %s, want %s", d.State, want)
			}
		}
		const same, other = "k1:aaaaaaaaaaaaaaaa", "k1:bbbbbbbbbbbbbbbb"
		is(Unhandled)
		set(Change{State: Acknowledged})
		leak(same)
		is(Acknowledged)
		set(Change{State: Rotated})
		leak(same) // the value that is good for nothing any more
		is(Rotated)
		leak(other)
		is(Reopened)
		set(Change{State: Fixed})
		record(t, l, found(noon, nil)) // what was on its way before
		is(Fixed)
		leak(same)
		is(Reopened)
		set(Change{State: Accepted, Reason: "test data", Expires: c.now().Add(time.Hour)})
		leak(other)
		is(Accepted)
		c.forward(2 * time.Hour)
		if err := l.Tend(t.Context()); err != nil {
			t.Fatal(err)
		}
		is(Reopened)
		for _, bad := range []Change{
			{State: Reopened}, {State: "x"}, {}, {State: Accepted}, {State: Accepted, Reason: "x", Expires: noon}, {State: Fixed, Expires: noon.Add(99 * time.Hour)},
		} {
			var invalid InvalidChange
			if err := l.SetState(t.Context(), id, bad); !errors.As(err, &invalid) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		if err := l.SetState(t.Context(), "none", Change{State: Fixed}); !errors.Is(err, ErrNotFound) {
			t.Error(err)
		}
		entries, err := l.Audit(t.Context(), id, 0, 100)
		if err != nil || len(entries) != 7 || entries[2].Actor != Actor || entries[2].Was != Rotated || entries[2].Became != Reopened || entries[5].Reason != "test data" {
			t.Errorf("%+v, %v", entries, err)
		}
		if v, err := VerifyAudit(t.Context(), l, nil, nil); err != nil || !v.Whole || v.Entries != 7 {
			t.Errorf("%+v, %v", v, err)
		}
	})
}

// TestCountsAreExact: many writers, as the consumers of a queue are, and in
// PostgreSQL several processes.
func TestCountsAreExact(t *testing.T) {
	bothKinds(t, func(t *testing.T, o Options, c *clock) {
		first := open(t, o)
		defer closed(t, first)
		all := []*Ledger{first}
		if o.URL != "" {
			second := open(t, o)
			defer closed(t, second)
			all = append(all, second)
		}
		const sources, batches, workers = 40, 10, 4
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				random := rand.New(rand.NewPCG(uint64(w), 1))
				for range batches {
					rows := make([]finding.Row, 0, sources)
					for _, s := range random.Perm(sources) {
						rows = append(rows, found(noon, func(r *finding.Row) {
							r.Field, r.Count = fmt.Sprint("f", s), s+1
							r.Fingerprint = fmt.Sprint("k1:", random.IntN(5))
						}))
					}
					if err := all[w%len(all)].Record(context.Background(), rows); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		got := leaks(t, first, Filter{})
		if len(got) != sources {
			t.Fatalf("%d leaks, want %d", len(got), sources)
		}
		for _, k := range got {
			var s int64
			if _, err := fmt.Sscanf(k.Field, "f%d", &s); err != nil {
				t.Fatal(err)
			}
			if want := (s + 1) * batches * workers; k.Count != want || k.Distinct != 5 {
				t.Errorf("%s: %d findings of %d values, want %d of 5", k.Field, k.Count, k.Distinct, want)
			}
		}
	})
}

// TestBounds: who sends telemetry can make up names and values without end.
func TestBounds(t *testing.T) {
	o := Options{Path: filepath.Join(t.TempDir(), "l.db"), Report: func(err error) { t.Error(err) }, now: (&clock{t: noon}).now}
	l := open(t, o)
	defer closed(t, l)
	var rows []finding.Row
	const values = 3 * maxValues
	for i := range values {
		rows = append(rows, found(noon, func(r *finding.Row) { r.Fingerprint, r.Line = fmt.Sprint("k1:", i), i }))
	}
	record(t, l, rows...)
	d := only(t, l)
	if d.Count != values || !d.Estimated || d.Distinct < values*8/10 || d.Distinct > values*12/10 || len(d.Sources) > maxPlaces {
		t.Errorf("%d findings of about %d values in %d places", d.Count, d.Distinct, len(d.Sources))
	}
	rows = rows[:0]
	for i := range maxLeaks + 50 {
		rows = append(rows, found(noon, func(r *finding.Row) { r.Template = fmt.Sprint("template ", i) }))
	}
	record(t, l, rows...)
	var sum int64
	n := 0
	f := Filter{Limit: maxLimit}
	for _, k := range leaks(t, l, f) {
		sum += k.Count
		n++
	}
	if n > maxLeaks+1 || sum != values+maxLeaks+50 {
		t.Errorf("%d leaks with %d findings", n, sum)
	}
	record(t, l, found(noon, func(r *finding.Row) { r.Rule, r.Fingerprint, r.Overflow, r.Distinct, r.Count = "b", "", true, 700, 900 }))
	for _, k := range leaks(t, l, f) {
		if k.Rule == "b" && (k.Distinct != 700 || !k.Estimated) {
			t.Errorf("%+v", k)
		}
	}
}

func TestRetention(t *testing.T) {
	bothKinds(t, func(t *testing.T, o Options, c *clock) {
		o.Retention = 48 * time.Hour
		l := open(t, o)
		defer closed(t, l)
		record(t, l, found(noon, nil), found(noon, func(r *finding.Row) { r.Rule = "old" }))
		c.forward(40 * time.Hour)
		record(t, l, found(c.now(), func(r *finding.Row) { r.Fingerprint = "k1:b" }))
		c.forward(10 * time.Hour)
		if err := l.Tend(t.Context()); err != nil {
			t.Fatal(err)
		}
		d := only(t, l)
		if d.Rule != "acme-key" || d.Count != 2 || len(d.Timeline) != 1 || len(d.Values) != 1 || d.Values[0].Fingerprint != "k1:b" {
			t.Errorf("%+v", d)
		}
	})
}

func TestOwners(t *testing.T) {
	o := Options{Path: filepath.Join(t.TempDir(), "l.db"), Report: func(err error) { t.Error(err) }, now: (&clock{t: noon}).now}
	for _, c := range []struct {
		owners []Owner
		want   string
	}{
		{nil, "pay"},
		{[]Owner{{Service: "cart", Owner: "a"}, {Service: "check*", Owner: "b"}, {Owner: "c"}}, "b"},
		{[]Owner{{Service: "check*", Namespace: "x", Owner: "b"}, {Namespace: "shop", Owner: "c"}}, "c"},
	} {
		o.Owners = c.owners
		l := open(t, o)
		record(t, l, found(noon, nil))
		if got := only(t, l).Owner; got != c.want {
			t.Errorf("%+v: %s, want %s", c.owners, got, c.want)
		}
		closed(t, l)
	}
}

func TestFileIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x?y#z", "l.db")
	l := open(t, Options{Path: path, Report: func(error) {}})
	record(t, l, found(noon, nil))
	files, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	if err != nil || len(files) == 0 {
		// A pattern character in the directory: look it up plainly.
		entries, err := os.ReadDir(filepath.Dir(path))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			files = append(files, filepath.Join(filepath.Dir(path), e.Name()))
		}
	}
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", filepath.Base(f), info.Mode(), err)
		}
	}
	if len(files) < 2 {
		t.Errorf("%d files, want the database and its log", len(files))
	}
	closed(t, l)
}

func TestNewerSchemaIsRefused(t *testing.T) {
	bothKinds(t, func(t *testing.T, o Options, _ *clock) {
		l := open(t, o)
		if err := l.db.write(t.Context(), func(tx *tx) error {
			_, err := tx.exec(`INSERT INTO schema_version (version) VALUES (?)`, 99)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		closed(t, l)
		if l, err := Open(t.Context(), o); err == nil {
			closed(t, l)
			t.Error("a newer schema is opened")
		}
	})
}

func BenchmarkRecord(b *testing.B) {
	l, err := Open(b.Context(), Options{Path: filepath.Join(b.TempDir(), "l.db"), Report: func(error) {}})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	rows := make([]finding.Row, 200)
	for i := range rows {
		rows[i] = found(time.Now(), func(r *finding.Row) { r.Field, r.Fingerprint = fmt.Sprint("f", i%40), fmt.Sprint("k1:", i) })
	}
	for b.Loop() {
		if err := l.Record(b.Context(), rows); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(rows)), "µs/row")
}

// TestServerComesLater: a server that does not answer when the ledger is opened
// keeps nobody from starting, and is used once it does.
func TestServerComesLater(t *testing.T) {
	server.database(t) // skips where there is none
	reports := 0
	l, err := Open(t.Context(), Options{URL: "postgres:///x?user=airtight&host=" + t.TempDir(), Report: func(error) { reports++ }})
	if err != nil {
		t.Fatal(err)
	}
	if reports != 1 || l.Ping(t.Context()) == nil || l.Record(t.Context(), []finding.Row{found(noon, nil)}) == nil {
		t.Errorf("%d reports", reports)
	}
	closed(t, l)
	if _, err := Open(t.Context(), Options{URL: "postgres://u:hunter2@[", Report: func(error) {}}); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a bad URL: %v", err)
	}
}
