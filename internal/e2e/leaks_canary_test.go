//go:build e2e && linux

package e2e

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/airtight-telemetry/airtight/internal/keyring"
	"github.com/airtight-telemetry/airtight/internal/ledger"
)

// hook is what alerts are sent to.
type hook struct {
	url string

	mu   sync.Mutex
	said []byte // requests, whole
	n    int
}

func newHook(t *testing.T) *hook {
	t.Helper()
	h := &hook{}
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.n++
		h.said = fmt.Appendf(h.said, "%s %s\n%v\n%s\n", r.Method, r.URL, r.Header, body)
	}))
	t.Cleanup(s.Close)
	h.url = s.URL + "/alerts"
	return h
}

func (h *hook) heard() (n int, said []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.n, append([]byte(nil), h.said...)
}

// TestLeaksCanary leaks planted values of every kind, has an incident opened, told of,
// contained and reported, and looks for the values in whatever came out of the ledger:
// database, log of its writes, page, API, alerts, reports, traces, the processes' logs.
func TestLeaksCanary(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { leaksCanary(t, nil) })
	t.Run("PostgreSQL", func(t *testing.T) { leaksCanary(t, newPostgres(t)) })
}

func leaksCanary(t *testing.T, p *postgres) {
	r := random(t)
	l := newLoot(r)
	databaseURL := ""
	if p != nil {
		databaseURL = p.url
	}
	f := newFleet(t, databaseURL, func(plog.LogRecord) {})
	alerts := newHook(t)
	f.gateway.overlay("yaml:exporters::airtight_ledger::alerts: [{webhook: {url: " + alerts.url + "}}]")
	ring := filepath.Join(t.TempDir(), "keyring.yaml")
	keys, err := keyring.Generate("k1", time.Now(), 0)
	if err == nil {
		err = keys.Create(ring)
	}
	if err != nil {
		t.Fatal(err)
	}
	f.gateway.env["AIRTIGHT_KEYRING"], f.sidecar.env["AIRTIGHT_KEYRING"] = ring, ring
	f.start()

	// The old version of a service, clean; then all kinds of values through the SDK, and
	// the new version, which leaks.
	place := kinds("payment")[0]
	run := func(version string, records int, leaks bool) {
		program, err := newProgram(t.Context(), f.sidecar.grpc, "payment", "shop-a", version)
		if err != nil {
			t.Fatal(err)
		}
		for range records {
			m := place.clean()
			if leaks {
				m = place.leak(l.plant("e-mail that a new version leaks", place.value(r)))
			}
			if err := program.emit(t.Context(), &place, m); err != nil {
				t.Fatal(err)
			}
			time.Sleep(50 * time.Millisecond)
		}
		if err := program.close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	run(oldVersion, 100, false)
	sendGo(t, f.sidecar, l, "sdk-go", 400, 200)
	run(newVersion, 60, true)
	s := newSearcher(l.canaries)

	var incidents ledger.IncidentPage
	if !eventually(30*time.Second, func() bool {
		f.get("/api/v1/incidents", &incidents)
		n, _ := alerts.heard()
		return len(incidents.Incidents) > 0 && n > 0
	}) {
		n, _ := alerts.heard()
		t.Fatalf("%d incidents and %d alerts", len(incidents.Incidents), n)
	}
	incident := incidents.Incidents[0].ID
	f.order("/api/v1/incidents/"+incident+"/contain", `{"for":"1m"}`)
	f.order("/api/v1/incidents/"+incident+"/release", "")
	leaks := f.leaks()
	f.order("/api/v1/leaks/"+leaks[0].ID+"/state", `{"state":"accepted","reason":"test data"}`)

	kinds := s.survivors(t, f.exits(t, p, ring, incident, leaks, alerts)...)
	traced := f.trace(t, ring, l, s)
	n, _ := alerts.heard()
	places := f.exits(t, p, ring, incident, leaks, alerts)
	size := 0
	for _, at := range places {
		size += len(at.data)
	}
	figure("ledger's exits, %s: %d leaks, %d incident and %d alerts; searched %d places, %.1f MiB for %d planted values in every form: planted survivors %d; airtight trace knows %d of %d values again",
		t.Name(), len(leaks), len(incidents.Incidents), n, len(places), float64(size)/(1<<20), len(l.canaries), kinds, traced, len(l.canaries))

	// The search finds what is there: a person writes a value into the audit.
	written := &loot{}
	f.order("/api/v1/leaks/"+leaks[0].ID+"/state", `{"state":"accepted","reason":"seen `+written.plant("value in a reason", chars(r, alnum, 32))+`"}`)
	found := map[string]bool{}
	search := newSearcher(written.canaries)
	for _, at := range f.exits(t, p, ring, incident, leaks, alerts) {
		if len(search.in(at.data)) > 0 {
			kind, _, _ := strings.Cut(at.name, " ")
			found[kind] = true
		}
	}
	figure("for contrast, a value that a responder writes into a reason is found in: %v", keysOf(found))
	for _, kind := range []string{"database", "page", "API", "report"} {
		if !found[kind] {
			t.Errorf("the search does not find a value that is in the %s", kind)
		}
	}
	f.stop()
}

func keysOf(m map[string]bool) (all []string) {
	for k := range m {
		all = append(all, k)
	}
	return all
}

// order asks the API for a change as a responder.
func (f *fleet) order(path, body string) {
	f.t.Helper()
	if status, answer := request(f.t, http.MethodPost, f.api+path, responderToken, body); status != http.StatusOK {
		f.t.Fatalf("POST %s: status %d: %s", path, status, answer)
	}
}

// exits is all that comes out of the ledger and the processes before it. The first
// word of a place's name is its kind.
func (f *fleet) exits(t *testing.T, p *postgres, ring, incident string, leaks []ledger.Detail, alerts *hook) []place {
	t.Helper()
	var all []place
	add := func(name string, data []byte) { all = append(all, place{name, data}) }
	if p != nil {
		all = append(all, folder(t, "database of PostgreSQL", filepath.Join(p.dir, "data"))...)
	} else {
		all = append(all, folder(t, "database of SQLite", filepath.Dir(f.database))...)
	}
	paths := []string{"/api/v1/leaks", "/api/v1/overview", "/api/v1/incidents", "/api/v1/audit", "/api/v1/incidents/" + incident, "/healthz"}
	for _, k := range leaks {
		paths = append(paths, "/api/v1/leaks/"+k.ID)
	}
	for _, path := range paths {
		_, answer := request(t, http.MethodGet, f.api+path, viewerToken, "")
		add("API at "+path, answer)
	}
	for path, content := range f.pages(t) {
		add("page at "+path, content)
	}
	_, said := alerts.heard()
	add("alerts", said)
	add("backend", f.backend.received())
	if raw, err := os.ReadFile(f.traces); err == nil {
		add("traces file", raw)
	}
	for _, c := range []*collector{f.gateway, f.sidecar} {
		add("log of the "+c.name, c.logs())
		add("metrics of the "+c.name, c.page())
		all = append(all, folder(t, "queue of the "+c.name, c.queue)...)
		for _, name := range []string{"cmdline", "environ"} {
			if data, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", c.cmd.Process.Pid, name)); err == nil {
				add("process of the "+c.name, data)
			}
		}
	}
	for _, subject := range [][]string{{"--since", "1h"}, {"--incident", incident}, {"--leak", leaks[0].ID}} {
		for _, format := range []string{"html", "json"} {
			args := append([]string{"report", "--format", format, "--url", f.api, "--token-file", f.gateway.env["AIRTIGHT_LEDGER_TOKEN_FILE"]}, subject...)
			report := start(t, "report", nil, airtight, args...)
			if status := report.wait(time.Minute); status != 0 {
				t.Errorf("airtight %s ended with status %d: %s", strings.Join(args[:3], " "), status, report.tail())
			}
			add("report of "+subject[0]+" as "+format, report.out.Bytes())
		}
	}
	return all
}

var link = regexp.MustCompile(`(?:href|src|action)="(/[^"#]*)`)

// pages is every page that links lead to from the first one.
func (f *fleet) pages(t *testing.T) map[string][]byte {
	t.Helper()
	const most = 500
	pages, next := map[string][]byte{}, []string{"/"}
	for len(next) > 0 && len(pages) < most {
		path := next[0]
		next = next[1:]
		if _, known := pages[path]; known || strings.HasPrefix(path, "/signout") || strings.HasPrefix(path, "/events") {
			continue
		}
		_, content := request(t, http.MethodGet, f.api+path, viewerToken, "")
		pages[path] = content
		for _, m := range link.FindAllSubmatch(content, -1) {
			next = append(next, html.UnescapeString(string(m[1])))
		}
	}
	if len(pages) < 5 {
		t.Errorf("only %d pages are linked", len(pages))
	}
	return pages
}

// trace asks where each planted value was seen, and returns how many were. The answers
// hold no value.
func (f *fleet) trace(t *testing.T, ring string, l *loot, s *searcher) (known int) {
	t.Helper()
	for _, c := range l.canaries {
		cmd := exec.Command(airtight, "trace", "--keyring", ring, "--format", "json", "--url", f.api, "--token-file", f.gateway.env["AIRTIGHT_LEDGER_TOKEN_FILE"])
		cmd.Stdin = strings.NewReader(c.value)
		out, err := cmd.CombinedOutput()
		s.survivors(t, place{"trace", out})
		if err == nil && json.Valid(out) {
			known++
		}
	}
	return known
}

// TestLeaksShadow is the contrast at the data's exits: with the gates in shadow mode
// the values are at the backend, and still in nothing that the ledger says of them.
func TestLeaksShadow(t *testing.T) {
	l := newLoot(random(t))
	s := newSearcher(l.canaries)
	f := newFleet(t, "", func(plog.LogRecord) {})
	for _, c := range []*collector{f.sidecar, f.gateway} {
		c.set("processors.airtight.mode", "shadow")
	}
	f.start()
	sendGo(t, f.sidecar, l, "sdk-go", 400, 200)
	if !eventually(30*time.Second, func() bool { return f.recorded() > 0 }) {
		t.Fatal("nothing is in the ledger")
	}
	time.Sleep(2 * time.Second)
	leaks, exposed := f.leaks(), 0
	for _, k := range leaks {
		if k.Exposure == ledger.Exposed {
			exposed++
		}
	}
	var places []place
	for path, content := range f.pages(t) {
		places = append(places, place{"page at " + path, content})
	}
	for _, k := range leaks {
		_, answer := request(t, http.MethodGet, f.api+"/api/v1/leaks/"+k.ID, viewerToken, "")
		places = append(places, place{"API", answer})
	}
	places = append(places, folder(t, "database", filepath.Dir(f.database))...)
	places = append(places, place{"gateway's log", f.gateway.logs()}, place{"sidecar's log", f.sidecar.logs()})
	came := s.in(f.backend.received())
	figure("shadow mode, for contrast: planted %d, at the backend %d; %d leaks, %d of them exposed; planted survivors in page, API, database and logs: %d",
		len(l.canaries), len(came), len(leaks), exposed, s.survivors(t, places...))
	if len(came) != len(l.canaries) || exposed != len(leaks) {
		t.Error("the values are not at the backend, or the ledger does not say so")
	}
	f.stop()
}
