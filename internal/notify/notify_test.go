package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var quick = pace{group: 20 * time.Millisecond, firstRetry: 10 * time.Millisecond, refresh: 200 * time.Millisecond}

func incident(id, service string, s State) Alert {
	a := Alert{
		ID: id, State: s, Kind: "version", Service: service, Namespace: "shop", Version: "2.0", Class: "secret", Severity: "high",
		Rules: []string{"jwt"}, Reasons: []string{"Version 2.0 leaks this."}, Opened: time.Now(), Link: "https://ledger.example.com/incidents/" + id,
	}
	if s == Closed {
		a.Closed = time.Now()
	}
	return a
}

// hook is a server that takes webhooks.
type hook struct {
	*httptest.Server
	mu       sync.Mutex
	status   []int // of the answers to come; then 200
	header   http.Header
	messages []Message
	bodies   [][]byte
	headers  []http.Header
}

func newHook(t *testing.T, status ...int) *hook {
	h := &hook{status: status, header: http.Header{}}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.headers = append(h.headers, r.Header)
		code := http.StatusOK
		if len(h.status) > 0 {
			code, h.status = h.status[0], h.status[1:]
		}
		for k, v := range h.header {
			w.Header()[k] = v
		}
		if code == http.StatusOK {
			var m Message
			if err := json.Unmarshal(body, &m); err != nil {
				t.Error(err)
			}
			h.messages, h.bodies = append(h.messages, m), append(h.bodies, body)
		}
		w.WriteHeader(code)
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *hook) got() []Message { h.mu.Lock(); defer h.mu.Unlock(); return slices.Clone(h.messages) }

// ids are those of the alerts of all messages, with their states.
func (h *hook) ids() (all []string) {
	for _, m := range h.got() {
		for _, a := range m.Alerts {
			all = append(all, a.ID+" "+string(a.State))
		}
	}
	return all
}

// heard is what a Notifier reports and counts.
type heard struct {
	mu      sync.Mutex
	reports []string
	counts  map[Outcome]int
}

func (h *heard) count(o Outcome) int { h.mu.Lock(); defer h.mu.Unlock(); return h.counts[o] }

func start(t *testing.T, o Options) (*Notifier, *heard) {
	t.Helper()
	h := &heard{counts: map[Outcome]int{}}
	o.Report = func(err error) { h.mu.Lock(); defer h.mu.Unlock(); h.reports = append(h.reports, err.Error()) }
	o.Count = func(_ string, outcome Outcome, n int) { h.mu.Lock(); defer h.mu.Unlock(); h.counts[outcome] += n }
	if o.pace == (pace{}) {
		o.pace = quick
	}
	n := New(o)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		n.Close(ctx)
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	})
	return n, h
}

func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if f() {
			return
		}
	}
	t.Fatalf("never: %s", what)
}

func hooked(h *hook) Webhook { return Webhook{Endpoint: Endpoint{Name: "hook", URL: h.URL}} }

// TestGroups: what comes together goes together, by service, and each state once.
func TestGroups(t *testing.T) {
	h := newHook(t)
	n, heard := start(t, Options{Webhooks: []Webhook{hooked(h)}})
	for range 3 {
		n.Changed(incident("a", "checkout", Open))
		n.Changed(incident("b", "checkout", Open))
		n.Changed(incident("c", "cart", Open))
	}
	eventually(t, "three alerts", func() bool { return len(h.ids()) == 3 })
	if m := h.got(); len(m) != 2 || len(m[0].Alerts) != 2 || m[0].Version != 1 || m[0].Service != "checkout" || m[0].Namespace != "shop" {
		t.Errorf("%+v", m)
	}
	n.Changed(incident("a", "checkout", Open)) // again
	n.Changed(incident("b", "checkout", Closed))
	n.Changed(incident("d", "checkout", Closed)) // never told of: opened and closed at once
	eventually(t, "the end", func() bool { return slices.Contains(h.ids(), "b closed") })
	time.Sleep(3 * quick.group)
	if got := h.ids(); len(got) != 4 {
		t.Errorf("%q", got)
	}
	if heard.count(Sent) != 4 || heard.count(Failed) != 0 {
		t.Errorf("%+v", heard.counts)
	}
}

// TestSilence: what was acknowledged before it could be told is not told; the end
// of what was told is.
func TestSilence(t *testing.T) {
	h := newHook(t)
	n, _ := start(t, Options{Webhooks: []Webhook{hooked(h)}, pace: pace{group: 200 * time.Millisecond}})
	a := incident("a", "checkout", Open)
	n.Changed(a)
	a.Silenced = true
	n.Standing([]Alert{a})
	n.Changed(incident("b", "checkout", Open))
	eventually(t, "the other", func() bool { return len(h.ids()) == 1 })
	b := incident("b", "checkout", Closed)
	b.Silenced = true
	n.Changed(b)
	a.State = Closed
	n.Changed(a)
	eventually(t, "its end", func() bool { return len(h.ids()) == 2 })
	if got := h.ids(); !slices.Equal(got, []string{"b open", "b closed"}) {
		t.Errorf("%q", got)
	}
}

// TestSigned: a token and a signature that the receiver can check, of files as they
// stand now.
func TestSigned(t *testing.T) {
	h := newHook(t)
	dir := t.TempDir()
	token, secret := filepath.Join(dir, "token"), filepath.Join(dir, "secret")
	for file, text := range map[string]string{token: "t1\n", secret: "s1\n"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w := hooked(h)
	w.TokenFile, w.SecretFile = token, secret
	n, heard := start(t, Options{Webhooks: []Webhook{w}})
	n.Changed(incident("a", "checkout", Open))
	eventually(t, "an alert", func() bool { return len(h.ids()) == 1 })
	head := h.headers[0]
	if head.Get("Authorization") != "Bearer t1" || head.Get("Content-Type") != "application/json" ||
		head.Get(SignatureHeader) != Sign("s1", head.Get(TimestampHeader), h.bodies[0]) || Sign("s2", head.Get(TimestampHeader), h.bodies[0]) == head.Get(SignatureHeader) {
		t.Errorf("%v", head)
	}
	if err := os.Remove(secret); err != nil {
		t.Fatal(err)
	}
	n.Changed(incident("b", "checkout", Open))
	eventually(t, "a complaint", func() bool { heard.mu.Lock(); defer heard.mu.Unlock(); return len(heard.reports) > 1 })
	if len(h.ids()) != 1 {
		t.Error("sent without a signature")
	}
	if err := os.WriteFile(secret, []byte("s2"), 0o600); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the other", func() bool { return len(h.ids()) == 2 })
}

// TestRetries: what is not taken is tried again, what is refused is not, and
// neither quotes the address.
func TestRetries(t *testing.T) {
	h := newHook(t, 500, 503, 429)
	n, heard := start(t, Options{Webhooks: []Webhook{hooked(h)}})
	n.Changed(incident("a", "checkout", Open))
	eventually(t, "it is taken", func() bool { return len(h.ids()) == 1 })
	if len(heard.reports) != 3 || strings.Contains(strings.Join(heard.reports, ""), "127.0.0.1") {
		t.Errorf("%q", heard.reports)
	}
	for i, c := range []struct {
		code int
		want string
	}{{400, "status 400"}, {403, "status 403"}, {302, "redirects are not followed"}} {
		h.mu.Lock()
		h.status, h.header = []int{c.code}, http.Header{"Location": {h.URL + "/elsewhere"}}
		h.mu.Unlock()
		n.Changed(incident(fmt.Sprint("r", i), "checkout", Open))
		eventually(t, "it is given up", func() bool { return heard.count(Failed) == i+1 })
		if last := heard.reports[len(heard.reports)-1]; !strings.Contains(last, c.want) || !strings.HasPrefix(last, "alerts are lost: hook: ") {
			t.Errorf("%d: %q", c.code, last)
		}
	}
	if len(h.ids()) != 1 {
		t.Errorf("%q", h.ids())
	}
}

// TestNobodyThere: a target that does not answer holds up nobody, takes bounded
// memory, and its address stands in no message.
func TestNobodyThere(t *testing.T) {
	stuck := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-stuck }))
	defer server.Close()
	defer close(stuck)
	n, heard := start(t, Options{
		Webhooks:      []Webhook{{Endpoint: Endpoint{Name: "stuck", URL: server.URL}}, {Endpoint: Endpoint{Name: "gone", URL: "http://127.0.0.1:1/services/T0/hunter2"}}},
		Alertmanagers: []Alertmanager{{Endpoint{Name: "am", URL: "http://127.0.0.1:1/hunter2"}}},
	})
	began := time.Now()
	var all []Alert
	for i := range 3 * maxAlerts {
		a := incident(fmt.Sprint(i), fmt.Sprint("s", i), Open)
		all = append(all, a)
		n.Changed(a)
	}
	n.Standing(all)
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
	if heard.count(Dropped) < 3*maxAlerts {
		t.Errorf("%d dropped", heard.count(Dropped))
	}
	reports := func() string { heard.mu.Lock(); defer heard.mu.Unlock(); return strings.Join(heard.reports, "\n") }
	eventually(t, "complaints", func() bool { return strings.Contains(reports(), "gone: ") && strings.Contains(reports(), "am: ") })
	if s := reports(); strings.Contains(s, "hunter2") || strings.Contains(s, "127.0.0.1:1/") {
		t.Error("an address stands in a message")
	}
}

// TestRateLimit: beyond so many requests a minute, what comes is put together.
func TestRateLimit(t *testing.T) {
	h := newHook(t)
	w := hooked(h)
	w.PerMinute = 2
	n, _ := start(t, Options{Webhooks: []Webhook{w}})
	for i := range 6 {
		n.Changed(incident(fmt.Sprint(i), "checkout", Open))
		time.Sleep(3 * quick.group)
	}
	if got := len(h.got()); got != 2 {
		t.Errorf("%d requests, want 2", got)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	n.Close(ctx) // the end does not wait for the minute
	if got := h.got(); len(got) != 3 && len(got) != 4 || len(h.ids()) != 6 {
		t.Errorf("%d requests with %q", len(got), h.ids())
	}
}

// hostile is a name that is markup, a template, and no valid text.
const hostile = "<script>alert(1)</script>{{.}} \"'; -- \x00\xff<!channel> ${jndi:ldap://x} \u202e"

func TestHostileNames(t *testing.T) {
	h := newHook(t)
	n, _ := start(t, Options{Webhooks: []Webhook{hooked(h)}})
	a := incident("a", hostile, Open)
	a.Version = strings.Repeat("é", maxText)
	n.Changed(a)
	eventually(t, "an alert", func() bool { return len(h.ids()) == 1 })
	got := h.got()[0].Alerts[0]
	if got.Service != strings.ToValidUTF8(hostile, "\uFFFD") || len(got.Version) > maxText+4 || strings.Contains(got.Version, "\uFFFD") {
		t.Errorf("%q", got.Service)
	}
	if strings.Contains(string(h.bodies[0]), "<script>") {
		t.Error("markup stands in the body as it is")
	}
}
