package dossier

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/airtight-telemetry/airtight/internal/action"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/ledger"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// now is when dossiers are made, and began when what they are about was seen first:
// whole hours, so that it does not matter when the test runs.
var (
	now   = time.Now().UTC().Truncate(time.Hour)
	began = now.Add(-50 * time.Hour)
)

// hostile is a name that would do harm where it is not taken as text.
const hostile = "<img src=x onerror=alert(1)>\u202etxt\x1b[31m"

// withIncident is a ledger with an incident that its own watch did not open.
type withIncident struct {
	*ledger.Ledger
	incident ledger.IncidentDetail
}

func (w *withIncident) Incidents(context.Context, ledger.IncidentFilter) (ledger.IncidentPage, error) {
	return ledger.IncidentPage{Incidents: []ledger.Incident{w.incident.Incident}}, nil
}

func (w *withIncident) Incident(_ context.Context, id string) (*ledger.IncidentDetail, error) {
	if id != w.incident.ID {
		return nil, ledger.ErrNoIncident
	}
	i := w.incident
	return &i, nil
}

// row is a finding of a service, hours after the first.
func row(service string, r rule.Rule, hours, count int, fingerprint string, change func(*finding.Row)) finding.Row {
	at := began.Add(time.Duration(hours) * time.Hour)
	f := finding.Row{
		Finding: finding.Finding{Rule: r.ID, Class: r.Class, Severity: r.Severity, Confidence: rule.High, Action: action.Mask, Signal: field.Logs, Part: field.Body},
		Origin: finding.Origin{
			Resource: finding.NewAttrs([][2]string{
				{"service.name", service}, {"service.version", "2.4.0"}, {"service.namespace", "shop"}, {"service.owner", "team-payments"},
				{"k8s.pod.name", service + "-7c9f4d"}, {"telemetry.sdk.name", "opentelemetry"}, {"telemetry.sdk.language", "java"}, {"telemetry.sdk.version", "2.9.0"},
			}),
			VersionBefore: "2.3.1",
			Scope:         "com.example.order", Template: "order placed for [redacted:" + r.ID + "], total <*>", File: "src/main/java/com/example/order/OrderService.java", Line: 118, Function: "OrderService.place", Level: "info",
		},
		Destinations: []string{"otlp/logs", "kafka/audit"}, Fingerprint: fingerprint, Count: count, First: at, Last: at.Add(20 * time.Minute),
	}
	if change != nil {
		change(&f)
	}
	return f
}

var (
	card  = rule.Rule{ID: "payment-card", Class: rule.Payment, Severity: "critical", Description: "payment card number"}
	email = rule.Rule{ID: "email", Class: rule.Contact, Severity: "medium", Description: "e-mail address"}
	key   = rule.Rule{ID: "acme-key", Class: rule.Secret, Severity: "critical", Description: "Acme API key", Revoke: "https://example.com/keys"}
)

// filled is a ledger with leaks of each kind, decisions and an incident.
func filled(t *testing.T) *withIncident {
	t.Helper()
	l, err := ledger.Open(t.Context(), ledger.Options{Path: filepath.Join(t.TempDir(), "l.db"), Rules: []rule.Rule{card, email, key}, Report: func(err error) { t.Error(err) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	var rows []finding.Row
	for h := range 48 {
		for v := range 3 {
			rows = append(rows, row("checkout", card, h, 1+(h*7+v*3)%9, fmt.Sprintf("k1:%d", h*3+v), func(r *finding.Row) { r.Exposed = h < 6 && v == 0 }))
		}
		rows = append(rows, row("checkout", email, h, 2+h%5, fmt.Sprintf("k1:mail%d", h), nil))
	}
	rows = append(rows,
		row("mailer", email, 3, 4, "k1:mail3", func(r *finding.Row) { r.Field, r.Part = "user.contact.email", field.Attribute }),
		row("mailer", email, 4, 9, "", func(r *finding.Row) {
			r.Field, r.Part, r.Overflow, r.Distinct = "user.contact.email", field.Attribute, true, 5000
		}),
		row("billing", key, 10, 1, "k1:key", nil),
		row(hostile, key, 11, 1, "", func(r *finding.Row) { r.Field, r.Template = hostile, hostile }))
	if err := l.Record(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
	w := &withIncident{Ledger: l}
	page, err := l.Leaks(t.Context(), ledger.Filter{Service: "checkout"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []ledger.Change{
		{State: ledger.Acknowledged, By: "ann@" + "pay"}, {State: ledger.Accepted, By: "responder", Reason: "test cards of the payment provider, see ticket 4711", Expires: now.Add(99 * time.Hour)},
		{State: ledger.Fixed, By: "responder", Reason: "2.4.1 does not log the number any more"},
	} {
		if err := l.SetState(t.Context(), page.Leaks[0].ID, c); err != nil {
			t.Fatal(err)
		}
	}
	w.incident = ledger.IncidentDetail{
		Incident: ledger.Incident{
			ID: "inc7k2m4q9xw3e5", Kind: ledger.VersionIncident, Service: "checkout", Namespace: "shop", Version: "2.4.0", Class: "payment", Severity: "critical",
			Rules: []string{"payment-card"}, State: ledger.IncidentClosed, Opened: began.Add(2 * time.Minute), LastSeen: now.Add(-2 * time.Hour), Closed: now, ClosedBy: "airtight", ClosedReason: "it has been quiet for an hour",
			Reasons: []string{"checkout 2.4.0 leaks payment-card and 2.3.1 did not"},
		},
		Leaking: page.Leaks,
	}
	return w
}

func built(t *testing.T, from ledger.Reader, r Request) *Dossier {
	t.Helper()
	r.Version, r.Now = "v0.1.0", now
	d, err := Build(t.Context(), from, r)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func written(t *testing.T, d *Dossier) (html, text string) {
	t.Helper()
	var h, j bytes.Buffer
	if err := errors.Join(WriteHTML(&h, d), WriteJSON(&j, d)); err != nil {
		t.Fatal(err)
	}
	return h.String(), j.String()
}

// TestFigures holds a dossier's figures against what was recorded.
func TestFigures(t *testing.T) {
	w := filled(t)
	d := built(t, w, Request{Since: began.Add(-time.Hour)})
	var findings, exposed, hours int64
	for _, l := range d.Leaks {
		findings += l.Count
		exposed += l.ExposedCount
	}
	for _, h := range d.Timeline {
		hours += h.Count
	}
	s := d.Summary
	if s.Leaks != 5 || len(d.Leaks) != 5 || s.Findings != findings || hours != findings || s.Exposed != exposed || exposed == 0 {
		t.Errorf("%+v; %d findings, %d exposed, %d by the hour", s, findings, exposed, hours)
	}
	if !s.First.Equal(began) || s.Undecided != 4 || strings.Join(s.Owners, ",") != "team-payments" || len(s.Services) != 4 {
		t.Errorf("%+v", s)
	}
	// 144 cards; 48 addresses, of which 1 is one of the mailer's about 5000 too; 1 key;
	// and one leak without fingerprints.
	if v := s.Values; v.Least < 5000 || v.Most != v.Least+144+48+1 || !v.Estimated || v.Uncounted != 1 {
		t.Errorf("%+v", v)
	}
	if len(d.Destinations) != 2 || d.Destinations[0].Exposed != exposed || d.Destinations[0].Masked != findings-exposed {
		t.Errorf("%+v", d.Destinations)
	}
	if len(d.Measures) != 3 || d.Measures[2].What != "the leak was accepted and became fixed" || !d.Audit.Whole || d.Audit.Entries != 3 {
		t.Errorf("%+v, %+v", d.Measures, d.Audit)
	}
	for _, b := range d.Blanks {
		if b.Ask == "" {
			t.Error("an empty blank")
		}
	}
}

// TestSubjects: each kind of dossier is about what it is asked for, and no more.
func TestSubjects(t *testing.T) {
	w := filled(t)
	for _, c := range []struct {
		name string
		r    Request
		want string // services
		err  error
	}{
		{"leak", Request{Leak: w.incident.Leaking[0].ID}, "checkout", nil},
		{"incident", Request{Incident: w.incident.ID}, "checkout", nil},
		{"period", Request{Since: began, Service: "mailer"}, "mailer", nil},
		{"period by class", Request{Since: began, Class: "contact"}, "checkout mailer", nil},
		{"no leak", Request{Leak: "none"}, "", ledger.ErrNotFound},
		{"no incident", Request{Incident: "none"}, "", ledger.ErrNoIncident},
		{"nothing seen", Request{Since: now.Add(time.Hour)}, "", ErrEmpty},
	} {
		c.r.Now = now
		d, err := Build(t.Context(), w, c.r)
		if !errors.Is(err, c.err) {
			t.Errorf("%s: %v", c.name, err)
		}
		if err == nil && strings.Join(d.Summary.Services, " ") != c.want {
			t.Errorf("%s: %v, want %s", c.name, d.Summary.Services, c.want)
		}
	}
}

// TestShowsNothing: no fingerprint, no name that acts, nothing from elsewhere.
func TestShowsNothing(t *testing.T) {
	html, text := written(t, built(t, filled(t), Request{Since: began.Add(-time.Hour)}))
	for _, bad := range []string{"k1:", "<img", "<script", "\u202e", "\x1b", "http://", "url(", "@import", "src="} {
		if strings.Contains(strings.ReplaceAll(html, "&lt;img src=", ""), bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	for _, bad := range []string{"k1:", "<img"} {
		if strings.Contains(text, bad) {
			t.Errorf("the JSON holds %q", bad)
		}
	}
	if !strings.Contains(html, "&lt;img src=x onerror=alert(1)&gt;") {
		t.Error("a hostile name is not shown as text")
	}
	var back Dossier
	if err := json.Unmarshal([]byte(text), &back); err != nil || back.Format != Format || back.Summary.Leaks != 5 {
		t.Errorf("the JSON can't be read: %v", err)
	}
}

// TestSays: what a reader must find on the page.
func TestSays(t *testing.T) {
	w := filled(t)
	d := built(t, w, Request{Incident: w.incident.ID})
	html, _ := written(t, d)
	for _, want := range []string{
		"Record of an incident", "left unmasked", "payment card number", "Began with a version: payment data from checkout 2.4.0", "checkout 2.4.0 leaks payment-card and 2.3.1 did not",
		"team-payments", "otlp/logs", "the leak was accepted and became fixed", d.Audit.Head.String(), "Art. 33(3)(a)", "data protection officer", "72 hours",
		"Incident inc7k2m4q9xw3e5 was opened at", "OrderService.java:118",
	} {
		if !strings.Contains(html, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	empty, err := ledger.Open(t.Context(), ledger.Options{Path: filepath.Join(t.TempDir(), "e.db"), Report: func(err error) { t.Error(err) }})
	if err != nil {
		t.Fatal(err)
	}
	defer empty.Close()
	masked := row("till", email, 0, 1, "", func(r *finding.Row) { r.Destinations = nil })
	if err := empty.Record(t.Context(), []finding.Row{masked}); err != nil {
		t.Fatal(err)
	}
	html, _ = written(t, built(t, empty, Request{Since: began}))
	for _, want := range []string{"The one finding was masked before export", "Not known: no gate was told its destinations", "None is recorded", "The audit is empty", "1 leak waits for a decision"} {
		if !strings.Contains(html, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

// TestChart: every finding is in a bar, within the picture.
func TestChart(t *testing.T) {
	for _, hours := range []int{1, 2, 72, 73, 2160} {
		var all []ledger.Hour
		for h := range hours {
			all = append(all, ledger.Hour{Hour: began.Add(time.Duration(h) * time.Hour), Count: int64(1 + h%7), Exposed: int64(h % 2)})
		}
		c := newChart(all)
		var sum, want int64
		for _, b := range c.Bars {
			sum += b.Count
			if b.X < 0 || b.X+b.Width > c.Width+0.01 || b.Y < 0 || b.Height > c.Height || b.ExposedHeight > b.Height {
				t.Errorf("%d hours: %+v", hours, b)
			}
		}
		for _, h := range all {
			want += h.Count
		}
		if sum != want || len(c.Bars) > 100 {
			t.Errorf("%d hours: %d findings in %d bars, want %d", hours, sum, len(c.Bars), want)
		}
	}
	if newChart(nil) != nil {
		t.Error("a chart of nothing")
	}
}
