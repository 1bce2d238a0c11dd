package webui

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/ledger"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

var now = time.Date(2026, 11, 3, 12, 30, 0, 0, time.UTC)

const hostile = `</code></td><script>alert(1)</script><img src=x onerror="alert(1)">"'`

// told is a ledger in which every text that telemetry could give is hostile.
type told struct {
	leaks     int
	err       error
	filter    ledger.Filter
	incidents ledger.IncidentFilter
	revision  atomic.Int64
	done      string // the last change of an incident
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

func (l *told) Revision(context.Context) (string, error) {
	return fmt.Sprint(l.revision.Load()), l.err
}

func (l *told) Services(context.Context, int) ([]string, error) { return []string{hostile}, l.err }

func (l *told) SetState(context.Context, string, ledger.Change) error { return l.err }

func (l *told) CloseIncident(_ context.Context, id, by, reason string) error {
	return l.did("close", id, by, reason)
}

func (l *told) ContainIncident(_ context.Context, id string, d time.Duration, by string) error {
	return l.did("contain", id, by, d.String())
}

func (l *told) ReleaseIncident(_ context.Context, id, by string) error {
	return l.did("release", id, by, "")
}

func (l *told) did(what ...string) error {
	l.done = strings.Join(what, " ")
	return l.err
}

func (l *told) Incidents(_ context.Context, f ledger.IncidentFilter) (ledger.IncidentPage, error) {
	l.incidents = f
	p := ledger.IncidentPage{Incidents: []ledger.Incident{}}
	for i := range l.leaks {
		p.Incidents = append(p.Incidents, incident(i))
	}
	if l.leaks > 1 {
		p.Next = "cursor"
	}
	return p, l.err
}

func incident(i int) ledger.Incident {
	k := ledger.Incident{
		ID: fmt.Sprint("incident", i), Kind: ledger.IncidentKinds()[i%3], Service: hostile, Namespace: hostile, Version: hostile, Class: "secret", Severity: "high",
		Rules: []string{hostile}, Leaks: []string{"leak0"}, State: ledger.IncidentOpen, Opened: now.Add(-time.Hour), LastSeen: now,
		Expected: 1.5, Observed: 400, Span: "hour", Reasons: []string{hostile},
		Containment: &ledger.IncidentContainment{Until: now.Add(time.Hour), By: hostile, Reaches: hostile},
	}
	if i%2 == 1 {
		k.State, k.Closed, k.ClosedBy, k.ClosedReason, k.Containment = ledger.IncidentClosed, now, hostile, hostile, nil
	}
	return k
}

func (l *told) Incident(_ context.Context, id string) (*ledger.IncidentDetail, error) {
	if id != "incident0" && id != "incident1" {
		return nil, ledger.ErrNoIncident
	}
	return &ledger.IncidentDetail{
		Incident: incident(int(id[len(id)-1] - '0')), Leaking: []ledger.Leak{leak(0)}, Timeline: []ledger.Hour{{Hour: now.Truncate(time.Hour), Count: 10, Exposed: 3}},
		Events: []ledger.Entry{{At: now, Actor: hostile, Action: hostile, Reason: hostile}},
	}, l.err
}

func get(t *testing.T, l *told, target string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	handler(t, l).ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil))
	return w
}

func handler(t *testing.T, l *told) *Handler {
	h := NewHandler(Options{
		Ledger: l, Who: func(*http.Request) string { return hostile }, MayDecide: func(r *http.Request) bool { return r.Header.Get("X-Role") == "responder" },
		Report: func(err error) {
			if l.err == nil {
				t.Error(err)
			}
		},
	})
	t.Cleanup(h.Close)
	return h
}

// everyPage is an address of each page.
var everyPage = []string{"/", "/leaks", "/leaks/leak0", "/incidents", "/incidents/incident0", "/incidents/incident1", "/shadow", "/try", "/leaks/none"}

// TestHostileNames: what telemetry says is shown as text, whatever it says.
func TestHostileNames(t *testing.T) {
	for _, target := range append(everyPage, "/leaks/%3Cscript%3E", "/leaks?service=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "/?reach=%22%3E%3Cscript%3E") {
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
			if n.Data == "style" || n.Data == "script" && n.FirstChild != nil {
				t.Errorf("%s: there is an inline %s", target, n.Data)
			}
			for _, a := range n.Attr {
				switch {
				case strings.HasPrefix(a.Key, "on"), a.Key == "style":
					t.Errorf("%s: %s has an attribute %s", target, n.Data, a.Key)
				case (a.Key == "href" || a.Key == "src") && !strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "#") && !strings.HasPrefix(a.Val, "?") && !strings.HasPrefix(a.Val, "https://example.com/"):
					t.Errorf("%s: %s leads to %s", target, n.Data, a.Val)
				}
			}
		}
		if !shown && strings.HasSuffix(target, "leak0") {
			t.Errorf("%s: the names are not shown", target)
		}
		if csp := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; script-src 'self'; style-src 'self';") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: the policy is %q", target, csp)
		}
	}
}

// TestStructure: one heading, a main part, labels for all fields, captions for all
// regions, no id twice.
func TestStructure(t *testing.T) {
	for _, target := range everyPage {
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
			case "input", "select", "textarea":
				fields = append(fields, at["id"])
			case "svg":
				if at["aria-hidden"] == "" && (at["role"] != "img" || at["aria-label"] == "") {
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
		ledger *told
		target string
		code   int
		want   string
	}{
		{&told{leaks: 2}, "/leaks?class=secret&state=open&since=24h&x=1", 200, `href="/leaks?class=secret&amp;next=cursor&amp;since=24h&amp;state=open"`},
		{&told{leaks: 2}, "/leaks?exposure=exposed&next=cursor", 200, `<a href="/leaks?exposure=exposed">First page</a>`},
		{&told{leaks: 1}, "/leaks", 200, "12\u202f345"},
		{&told{leaks: 1}, "/", 200, "Wait for a decision</span><strong>3</strong>"},
		{&told{}, "/?reach=24h", 200, `<a href="?reach=24h" aria-current="true">`},
		{&told{}, "/", 200, "No leak is known"},
		{&told{}, "/leaks", 200, "No leak is known"},
		{&told{}, "/leaks?service=x", 200, "No leak matches"},
		{&told{}, "/leaks/leak0", 200, "Rotate what leaked."},
		{&told{}, "/leaks/leak0", 200, "You may read here and not decide"},
		{&told{}, "/leaks/leak0?said=1", 200, "Written down."},
		{&told{}, "/leaks/other", 404, "There is no such leak"},
		{&told{}, "/incidents", 200, "No incident"},
		{&told{leaks: 2}, "/incidents", 200, "400"},
		{&told{}, "/incidents/incident0", 200, "Contained till"},
		{&told{}, "/incidents/other", 404, "There is no such incident"},
		{&told{}, "/shadow", 200, "Nothing goes out unmasked"},
		{&told{leaks: 1}, "/shadow", 200, "acme-key: enforce"},
		{&told{}, "/try", 200, "the built-in policy"},
		{&told{}, "/other", 404, "There is no such page"},
		{&told{}, "/assets/style.css", 200, "prefers-color-scheme: dark"},
		{&told{}, "/assets/icon.svg", 200, "<svg"},
		{&told{}, "/assets/uplot/LICENSE", 200, "MIT License"},
		{&told{}, "/assets/", 404, ""},
		{&told{}, "/assets/none", 404, ""},
		{&told{err: errors.New("dial tcp 192.0.2.1")}, "/", 503, "The ledger does not answer"},
		{&told{err: errors.New("dial tcp 192.0.2.1")}, "/incidents", 503, "The ledger does not answer"},
		{&told{err: ledger.ErrBadCursor}, "/leaks", 400, "first one"},
	} {
		w := get(t, c.ledger, c.target)
		if w.Code != c.code || !strings.Contains(w.Body.String(), c.want) || strings.Contains(w.Body.String(), "192.0.2.1") {
			t.Errorf("%s: %d, want %d with %q", c.target, w.Code, c.code, c.want)
		}
	}
	l := &told{}
	get(t, l, "/leaks?service=a&class=secret&state=fixed&exposure=masked&next=n&since=1h")
	if f := l.filter; f.Service != "a" || f.Class != "secret" || f.State != ledger.Fixed || f.Undecided || f.Exposure != ledger.Masked || f.Next != "n" || time.Since(f.Since) < 59*time.Minute {
		t.Errorf("%+v", f)
	}
	get(t, l, "/leaks?state=undecided")
	if f := l.filter; f.State != "" || !f.Undecided {
		t.Errorf("%+v", f)
	}
}

// TestAssets: a browser that has a file is told so, and not sent it again.
func TestAssets(t *testing.T) {
	tag := get(t, &told{}, "/assets/page.js").Header().Get("ETag")
	r := httptest.NewRequest(http.MethodGet, "/assets/page.js", nil)
	r.Header.Set("If-None-Match", tag)
	w := httptest.NewRecorder()
	handler(t, &told{}).ServeHTTP(w, r)
	if tag == "" || w.Code != http.StatusNotModified || w.Body.Len() > 0 {
		t.Errorf("%q: %d with %d bytes", tag, w.Code, w.Body.Len())
	}
}

func TestChart(t *testing.T) {
	week, month := reaches[0], reaches[2]
	hours := []ledger.Hour{
		{Hour: now.Add(-40 * 24 * time.Hour), Count: 1000}, {Hour: now.Truncate(time.Hour).Add(-time.Hour), Count: 1}, {Hour: now.Truncate(time.Hour), Count: 100, Exposed: 50},
	}
	c := newChart(hours, now, week)
	if len(c.Bars) != 2 || c.Max != 100 || c.Sum != 101 || c.Exposed != 50 || c.Bars[1].Height != chartHeight || c.Bars[1].ExposedHeight != chartHeight/2 || c.Bars[0].Height != leastBar || len(c.Days) != 7 {
		t.Errorf("%+v", c)
	}
	for _, b := range c.Bars {
		if b.X < 0 || b.X+b.Width > chartWidth || b.Y < 0 {
			t.Errorf("%+v stands outside", b)
		}
	}
	c = newChart(hours, now, month)
	if len(c.Bars) != 1 || c.Max != 101 || c.Sum != 101 || c.From.Hour() != 0 || c.To.Sub(c.From) != month.Span {
		t.Errorf("%+v", c)
	}
	named := 0
	for _, d := range c.Days {
		if d.Named {
			named++
		}
	}
	if named < 5 || named > chartWidth/dayName {
		t.Errorf("%d days are named", named)
	}
}

// decided is a page over a real ledger with one leak.
func decided(t *testing.T) (h *Handler, l *ledger.Ledger, id string) {
	t.Helper()
	l, err := ledger.Open(t.Context(), ledger.Options{Path: filepath.Join(t.TempDir(), "l.db"), Report: func(err error) { t.Error(err) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	err = l.Record(t.Context(), []finding.Row{{Finding: finding.Finding{Rule: "jwt", Class: rule.Secret}, Count: 3, First: time.Now(), Last: time.Now()}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := l.Leaks(t.Context(), ledger.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	h = NewHandler(Options{
		Ledger: l, Who: func(r *http.Request) string { return "ann" }, MayDecide: func(r *http.Request) bool { return r.Header.Get("X-Role") == "responder" },
		Report: func(err error) { t.Error(err) },
	})
	t.Cleanup(h.Close)
	return h, l, p.Leaks[0].ID
}

func post(h http.Handler, target, form, role string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Role", role)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestDecide(t *testing.T) {
	h, l, id := decided(t)
	later := time.Now().Add(72 * time.Hour).UTC().Format(time.DateOnly)
	for _, c := range []struct {
		form, role string
		code       int
		want       string
	}{
		{"state=fixed", "viewer", 403, "may read here and not decide"},
		{"state=accepted", "responder", 400, "Say why the leak is accepted."},
		{"state=accepted&reason=test+data&expires=2020-01-01", "responder", 400, "Must be in the future."},
		{"state=accepted&reason=test+data&expires=soon", "responder", 400, "The day must be written as"},
		{"state=reopened", "responder", 400, "Must be open, acknowledged"},
		{"%zz", "responder", 400, "The form can"},
		{"reason=" + strings.Repeat("x", maxForm), "responder", 400, "The form can"},
		{"state=accepted&reason=test+data&expires=" + later, "responder", 303, ""},
	} {
		w := post(h, "/leaks/"+id+"/state", c.form, c.role)
		if w.Code != c.code || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%.60s as %s: %d, want %d with %q", c.form, c.role, w.Code, c.code, c.want)
		}
		if c.code == 303 && w.Header().Get("Location") != "/leaks/"+id+"?said=1#decision" {
			t.Errorf("goes to %s", w.Header().Get("Location"))
		}
	}
	if w := post(h, "/leaks/none/state", "state=fixed", "responder"); w.Code != 404 {
		t.Errorf("a leak that is not there: %d", w.Code)
	}
	d, err := l.Leak(t.Context(), id)
	if err != nil || d.State != ledger.Accepted || d.StateBy != "ann" || d.StateReason != "test data" || d.StateExpires.Format(time.DateOnly) != later {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestChangeIncident(t *testing.T) {
	for _, c := range []struct{ path, form, want string }{
		{"close", "reason=test+run", "close incident0 " + hostile + " test run"},
		{"contain", "for=15m", "contain incident0 " + hostile + " 15m0s"},
		{"contain", "for=x", "contain incident0 " + hostile + " 0s"},
		{"release", "", "release incident0 " + hostile + " "},
	} {
		l := &told{}
		target := "/incidents/incident0/" + c.path
		if w := post(handler(t, l), target, c.form, "viewer"); w.Code != http.StatusForbidden || l.done != "" {
			t.Errorf("%s by a viewer: %d %q", c.path, w.Code, l.done)
		}
		if w := post(handler(t, l), target, c.form, "responder"); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/incidents/incident0?said=1#events" || l.done != c.want {
			t.Errorf("%s: %d %q, want %q", c.path, w.Code, l.done, c.want)
		}
		l.err = ledger.ErrNoIncident
		if w := post(handler(t, l), target, c.form, "responder"); w.Code != http.StatusNotFound {
			t.Errorf("%s of none: %d", c.path, w.Code)
		}
	}
}

// TestTry: a text is explained, and no part of it that was found comes back.
func TestTry(t *testing.T) {
	const mail = "ann.heron@example.org"
	h, _, _ := decided(t)
	for _, c := range []struct {
		form url.Values
		code int
		want []string
	}{
		{url.Values{"text": {"mail to " + mail + " sent\r\nsecond line"}}, 200, []string{"One thing is found, and masked", `<mark class="masked" title="masked">email</mark> sent`, "Masked as [redacted:email]", "Left as it is"}},
		{url.Values{"text": {`{"msg":"x","mail":"` + mail + `"}`}}, 200, []string{"One thing is found, and masked", `<mark class="masked" title="masked">email</mark>`}},
		{url.Values{"text": {"<script>alert(1)</script>"}}, 200, []string{"Nothing is found", "&lt;script&gt;"}},
		{url.Values{"text": {"x"}, "field": {"http.request.header.cookie"}}, 200, []string{`value="http.request.header.cookie"`}},
		{url.Values{"text": {" "}}, 400, []string{"There is no text"}},
		{url.Values{"text": {strings.Repeat("x", maxTry+1)}}, 413, []string{"too long"}},
		{url.Values{"text": {strings.Repeat("é", 3*maxTry)}}, 413, []string{"too long"}},
		{url.Values{"text": {"x"}, "field": {strings.Repeat("x", 300)}}, 400, []string{"too long"}},
	} {
		w := post(h, "/try", c.form.Encode(), "")
		for _, want := range c.want {
			if w.Code != c.code || !strings.Contains(w.Body.String(), want) {
				t.Errorf("%.40v: %d, want %d with %q", c.form, w.Code, c.code, want)
			}
		}
		if strings.Contains(w.Body.String(), "heron") {
			t.Errorf("%.10v: a value comes back", c.form)
		}
	}
}

// TestTryFollowsThePolicyFile: a policy that changes is in force with the next try,
// and one that can't be used is said to be so.
func TestTryFollowsThePolicyFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "policy.yaml")
	reports := 0
	h := NewHandler(Options{Ledger: &told{}, Policy: file, Report: func(error) { reports++ }})
	defer h.Close()
	at := time.Now().Add(-time.Hour)
	for i, c := range []struct {
		policy, want string
		code         int
	}{
		{"mode: enforce\n", "One thing is found, and masked", 200},
		{"mode: shadow\n", "One thing is found, and not masked", 200},
		{"mode: nonsense\n", "The policy can&#39;t be used", 503},
		{"mode: enforce\npacks: [secrets]\n", "Nothing is found", 200},
	} {
		if err := os.WriteFile(file, []byte(c.policy), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, at, at.Add(time.Duration(i)*time.Second)); err != nil {
			t.Fatal(err)
		}
		w := post(h, "/try", "text=mail+to+ann@example.org", "")
		if w.Code != c.code || !strings.Contains(w.Body.String(), c.want) || !strings.Contains(w.Body.String(), "policy.yaml") {
			t.Errorf("%q: %d, want %d with %q", c.policy, w.Code, c.code, c.want)
		}
	}
	if reports != 1 {
		t.Errorf("%d reports", reports)
	}
}

// TestShadowLines: what is proposed is a policy, whatever the names are.
func TestShadowLines(t *testing.T) {
	for _, name := range []string{"checkout", "a: b", hostile, "y", "null", "-", "{x}", "#", "\"", "é\u2028", "\x00\xff", "3.10"} {
		k := leak(0)
		k.Service, k.Field, k.Rule = name, name, "jwt"
		for _, lines := range []string{promoteRule(k.Rule), promoteIn(k), allow(k)} {
			layer, err := policy.YAML("policy.yaml", []byte(lines))
			if err != nil {
				t.Errorf("%q: %v in\n%s", name, err, lines)
				continue
			}
			p, err := policy.Parse(layer)
			if err != nil {
				t.Errorf("%q: %v in\n%s", name, err, lines)
				continue
			}
			if len(p.Overrides) == 1 && p.Overrides[0].Match["service.name"] != strings.ToValidUTF8(name, "\uFFFD") {
				t.Errorf("%q became %q", name, p.Overrides[0].Match["service.name"])
			}
			if len(p.Overrides)+len(p.Modes)+len(p.Allow) != 1 {
				t.Errorf("%q: nothing is said in\n%s", name, lines)
			}
		}
	}
	for _, name := range []string{"", "a*"} {
		if promoteIn(ledger.Leak{Service: name, Rule: "jwt"}) != "" {
			t.Errorf("%q matches more than itself", name)
		}
	}
}

// TestLive: a page that is open is told when the ledger changes, and only then, and
// the stream ends when it should.
func TestLive(t *testing.T) {
	l := &told{}
	h := handler(t, l)
	server := httptest.NewServer(h)
	defer server.Close()
	res, err := http.Get(server.URL + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if kind := res.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Fatal(kind)
	}
	lines := bufio.NewScanner(res.Body)
	next := func() string {
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				return data
			}
		}
		return "the end"
	}
	for want := range 3 {
		if got := next(); got != fmt.Sprint(want) {
			t.Fatalf("%q, want %d", got, want)
		}
		l.revision.Add(1)
	}
	if got := next(); got != "3" {
		t.Fatal(got)
	}
	h.Close()
	if got := next(); got != "the end" {
		t.Error(got)
	}
}

func TestTooManyStreams(t *testing.T) {
	l := newLive(func(context.Context) (string, error) { return "1", nil }, func(err error) { t.Error(err) })
	for range maxStreams {
		if !l.enter() {
			t.Fatal("too few")
		}
	}
	w := httptest.NewRecorder()
	l.serve(w, httptest.NewRequest(http.MethodGet, "/events", nil))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Error(w.Code)
	}
	for range maxStreams {
		l.leave()
	}
	l.close()
}

func TestFormat(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{ago(now, now), "just now"}, {ago(now, now.Add(-time.Minute)), "1 minute ago"}, {ago(now, now.Add(-47*time.Hour)), "47 hours ago"},
		{ago(now, now.Add(-49*time.Hour)), "2 days ago"}, {ago(now, time.Time{}), "never"},
		{count(0), "0"}, {count(999), "999"}, {count(1234567), "1\u202f234\u202f567"},
		{link("https://example.com/x"), "https://example.com/x"}, {link("http://example.com"), ""}, {link("javascript:alert(1)"), ""}, {link(""), ""},
		{words("debug-level"), "debug level"}, {sentence("masked as [redacted:acme-key]"), "Masked as [redacted:acme-key]"}, {sentence(""), ""}, {short(strings.Repeat("é", 70)), strings.Repeat("é", 59) + "…"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
