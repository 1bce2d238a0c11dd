package webui

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/airtight-telemetry/airtight/internal/ledger"
)

var now = time.Date(2026, 11, 3, 12, 30, 0, 0, time.UTC)

const hostile = `</code></td><script>alert(1)</script><img src=x onerror="alert(1)">"'`

// told is a ledger in which every text that telemetry could give is hostile.
type told struct {
	leaks  int
	err    error
	filter ledger.Filter
}

func leak(i int) ledger.Leak {
	return ledger.Leak{
		ID: fmt.Sprint("leak", i), Service: hostile, Namespace: hostile, Version: hostile, Rule: "acme-key", Class: "secret", Severity: "high",
		Signal: "logs", Place: "body", Field: hostile, Template: hostile, Count: 12345, Distinct: 1000, Estimated: true,
		FirstSeen: now.Add(-time.Hour), LastSeen: now.Add(-time.Minute), State: ledger.Reopened, Exposure: ledger.Exposed, Cause: "debug-level", Owner: hostile,
	}
}

func (l *told) Leaks(_ context.Context, f ledger.Filter) (ledger.Page, error) {
	l.filter = f
	p := ledger.Page{Leaks: []ledger.Leak{}}
	for i := range l.leaks {
		p.Leaks = append(p.Leaks, leak(i))
	}
	if l.leaks > 1 {
		p.Next = "cursor"
	}
	return p, l.err
}

func (l *told) Leak(_ context.Context, id string) (*ledger.Detail, error) {
	if id != "leak0" {
		return nil, ledger.ErrNotFound
	}
	return &ledger.Detail{
		Leak: leak(0), Scope: hostile, FirstVersion: hostile, StateReason: hostile, ExposedCount: 3, Description: hostile,
		Revoke: "javascript:alert(1)", Doc: "https://example.com/doc",
		Causes:       []ledger.Hypothesis{{Kind: "debug-level", Reason: hostile, Remedy: hostile}},
		Sources:      []ledger.Source{{Version: hostile, Instance: hostile, File: hostile, Line: 7, Function: hostile, Span: hostile, Level: hostile, SDK: hostile}},
		Timeline:     []ledger.Hour{{Hour: now.Truncate(time.Hour), Count: 10, Exposed: 3}, {Hour: now.Add(-30 * 24 * time.Hour), Count: 5}},
		Destinations: []ledger.Destination{{Name: hostile, Masked: 1, Exposed: 1}},
		Values:       []ledger.Value{{Fingerprint: hostile, Count: 1}},
		Elsewhere:    []ledger.Other{{ID: hostile, Service: hostile, Rule: hostile, Field: hostile}},
	}, l.err
}

func (l *told) Overview(context.Context, time.Time) (*ledger.Overview, error) {
	return &ledger.Overview{
		Leaks: 3, ByState: map[ledger.State]int64{ledger.Reopened: 2, ledger.Unhandled: 1}, Services: []ledger.ServiceCount{{Service: hostile}},
		Hours: []ledger.Hour{{Hour: now.Truncate(time.Hour), Count: 10}},
	}, l.err
}

func (l *told) Audit(context.Context, string, int64, int) ([]ledger.Entry, error) {
	return []ledger.Entry{{At: now, Actor: hostile, Was: ledger.Fixed, Became: ledger.Reopened, Reason: hostile}}, l.err
}

func (l *told) Ping(context.Context) error { return l.err }

func get(t *testing.T, l *told, target string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h := NewHandler(l, func(err error) {
		if l.err == nil {
			t.Error(err)
		}
	})
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil))
	return w
}

// TestHostileNames: what telemetry says is shown as text, whatever it says.
func TestHostileNames(t *testing.T) {
	for _, target := range []string{"/", "/leaks/leak0", "/leaks/%3Cscript%3E", "/?service=" + "%22%3E%3Cscript%3Ealert(1)%3C/script%3E"} {
		w := get(t, &told{leaks: 2}, target)
		doc, err := html.Parse(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		shown := false
		for n := range doc.Descendants() {
			if n.Type == html.TextNode && strings.Contains(n.Data, "<script>") {
				shown = true
			}
			if n.Type != html.ElementNode {
				continue
			}
			if n.Data == "script" || n.Data == "style" {
				t.Errorf("%s: there is an element %s", target, n.Data)
			}
			for _, a := range n.Attr {
				switch {
				case strings.HasPrefix(a.Key, "on"), a.Key == "style":
					t.Errorf("%s: %s has an attribute %s", target, n.Data, a.Key)
				case (a.Key == "href" || a.Key == "src") && !strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "#") && !strings.HasPrefix(a.Val, "https://example.com/"):
					t.Errorf("%s: %s leads to %s", target, n.Data, a.Val)
				}
			}
		}
		if !shown && strings.HasSuffix(target, "leak0") {
			t.Errorf("%s: the names are not shown", target)
		}
		if csp := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; style-src 'self';") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: the policy is %q", target, csp)
		}
	}
}

// TestStructure: one heading, a main part, labels for all fields, captions for all
// regions, no id twice.
func TestStructure(t *testing.T) {
	for _, target := range []string{"/", "/leaks/leak0", "/leaks/none"} {
		doc, err := html.Parse(get(t, &told{leaks: 2}, target).Body)
		if err != nil {
			t.Fatal(err)
		}
		elements, ids, labelled, fields, refs := map[string]int{}, map[string]bool{}, map[string]bool{}, []string{}, []string{}
		for n := range doc.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			elements[n.Data]++
			at := map[string]string{}
			for _, a := range n.Attr {
				at[a.Key] = a.Val
			}
			if id := at["id"]; id != "" {
				if ids[id] {
					t.Errorf("%s: id %s stands twice", target, id)
				}
				ids[id] = true
			}
			if ref := at["aria-labelledby"]; ref != "" {
				refs = append(refs, ref)
			}
			switch n.Data {
			case "label":
				labelled[at["for"]] = true
			case "input", "select":
				fields = append(fields, at["id"])
			case "svg":
				if at["role"] != "img" || at["aria-label"] == "" {
					t.Errorf("%s: a picture says nothing", target)
				}
			}
		}
		if elements["h1"] != 1 || elements["main"] != 1 || elements["title"] < 1 {
			t.Errorf("%s: %v", target, elements)
		}
		for _, f := range fields {
			if !labelled[f] {
				t.Errorf("%s: field %s has no label", target, f)
			}
		}
		for _, ref := range refs {
			if !ids[ref] {
				t.Errorf("%s: %s labels and is not there", target, ref)
			}
		}
	}
}

func TestPages(t *testing.T) {
	for _, c := range []struct {
		ledger told
		target string
		code   int
		want   string
	}{
		{told{leaks: 2}, "/?class=secret&state=open&since=24h&x=1", 200, `href="/?class=secret&amp;next=cursor&amp;since=24h&amp;state=open#leaks"`},
		{told{leaks: 1}, "/", 200, "12\u202f345"},
		{told{}, "/", 200, "No leak is known"},
		{told{}, "/?service=x", 200, "No leak matches"},
		{told{}, "/leaks/leak0", 200, "Rotate what leaked."},
		{told{}, "/leaks/other", 404, "There is no such leak"},
		{told{}, "/other", 404, "There is no such page"},
		{told{}, "/assets/style.css", 200, "prefers-color-scheme: dark"},
		{told{}, "/assets/icon.svg", 200, "<svg"},
		{told{err: errors.New("dial tcp 192.0.2.1")}, "/", 503, "The ledger does not answer"},
		{told{err: ledger.ErrBadCursor}, "/", 400, "first one"},
	} {
		w := get(t, &c.ledger, c.target)
		if w.Code != c.code || !strings.Contains(w.Body.String(), c.want) || strings.Contains(w.Body.String(), "192.0.2.1") {
			t.Errorf("%s: %d, want %d with %q", c.target, w.Code, c.code, c.want)
		}
	}
	l := &told{}
	get(t, l, "/?service=a&class=secret&state=open&next=n&since=1h")
	if f := l.filter; f.Service != "a" || f.Class != "secret" || f.State != ledger.Unhandled || f.Next != "n" || time.Since(f.Since) < 59*time.Minute {
		t.Errorf("%+v", f)
	}
}

func TestChart(t *testing.T) {
	c := newChart([]ledger.Hour{
		{Hour: now.Add(-30 * 24 * time.Hour), Count: 1000}, {Hour: now.Truncate(time.Hour), Count: 100, Exposed: 50}, {Hour: now.Truncate(time.Hour).Add(-time.Hour), Count: 1},
	}, now)
	if len(c.Bars) != 2 || c.Max != 100 || c.Sum != 101 || c.Bars[0].Height != chartHeight || c.Bars[0].ExposedHeight != chartHeight/2 || c.Bars[1].Height != leastBar || len(c.Days) != 7 {
		t.Errorf("%+v", c)
	}
	for _, b := range c.Bars {
		if b.X < 0 || b.X+b.Width > chartWidth || b.Y < 0 {
			t.Errorf("%+v stands outside", b)
		}
	}
}

func TestFormat(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{ago(now, now), "just now"}, {ago(now, now.Add(-time.Minute)), "1 minute ago"}, {ago(now, now.Add(-47*time.Hour)), "47 hours ago"},
		{ago(now, now.Add(-49*time.Hour)), "2 days ago"}, {ago(now, time.Time{}), "never"},
		{count(0), "0"}, {count(999), "999"}, {count(1234567), "1\u202f234\u202f567"},
		{link("https://example.com/x"), "https://example.com/x"}, {link("http://example.com"), ""}, {link("javascript:alert(1)"), ""}, {link(""), ""},
		{words("debug-level"), "debug level"}, {short(strings.Repeat("é", 70)), strings.Repeat("é", 59) + "…"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
