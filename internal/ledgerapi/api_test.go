package ledgerapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/ledger"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

const viewer, responder = "a-viewers-token-here", "a-responders-token-here"

func tokens(r Role) ([]string, error) {
	return map[Role][]string{Viewer: {viewer}, Responder: {responder}}[r], nil
}

// served is a ledger with one leak, and the handler before it.
func served(t *testing.T, auth Auth) (h *Handler, id string) {
	t.Helper()
	l, err := ledger.Open(t.Context(), ledger.Options{Path: filepath.Join(t.TempDir(), "l.db"), Report: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	err = l.Record(t.Context(), []finding.Row{{
		Finding: finding.Finding{Rule: "jwt", Class: rule.Secret}, Count: 3, First: time.Now(), Last: time.Now(), Fingerprint: "k1:a",
		Origin: finding.Origin{Resource: finding.NewAttrs([][2]string{{"service.name", `<script>"checkout"`}})},
	}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := l.Leaks(t.Context(), ledger.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("the page")) })
	return NewHandler(Options{Ledger: l, Page: page, Auth: auth, Report: func(err error) { t.Error(err) }}), p.Leaks[0].ID
}

func ask(h http.Handler, method, target, body string, header ...string) *httptest.ResponseRecorder {
	var r *http.Request
	if body == "" {
		r = httptest.NewRequest(method, target, nil)
	} else {
		r = httptest.NewRequest(method, target, strings.NewReader(body))
	}
	r.Host = "localhost:4380"
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
			continue
		}
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// TestWhoMay goes through every endpoint without a token, with a wrong one, and
// with that of either role. A route without a line here fails it.
func TestWhoMay(t *testing.T) {
	h, id := served(t, NewAuth(tokens, false, false))
	const decision = `{"state":"acknowledged"}`
	left := map[string]bool{}
	for _, pattern := range h.Patterns {
		left[pattern] = true
	}
	for _, c := range []struct {
		method, path, body             string
		none, wrong, viewer, responder int
	}{
		{"GET", "/healthz", "", 200, 200, 200, 200},
		{"GET", "/api/v1/leaks", "", 401, 401, 200, 200},
		{"GET", "/api/v1/leaks/ID", "", 401, 401, 200, 200},
		{"GET", "/api/v1/leaks/none", "", 401, 401, 404, 404},
		{"POST", "/api/v1/leaks/ID/state", decision, 401, 401, 403, 200},
		{"POST", "/api/v1/leaks/none/state", decision, 401, 401, 403, 404},
		{"GET", "/api/v1/overview", "", 401, 401, 200, 200},
		{"GET", "/api/v1/incidents", "", 401, 401, 200, 200},
		{"GET", "/api/v1/audit", "", 401, 401, 200, 200},
		{"GET", "/api/v1/", "", 401, 401, 404, 404},
		{"DELETE", "/api/v1/leaks/ID", "", 401, 401, 404, 404},
		{"POST", "/api/v1/trace", `{}`, 401, 401, 400, 400},
		{"GET", "/api/v1/incidents/none", "", 401, 401, 404, 404},
		{"POST", "/api/v1/incidents/none/close", `{"reason":"x"}`, 401, 401, 403, 404},
		{"POST", "/api/v1/incidents/none/contain", `{"for":"15m"}`, 401, 401, 403, 400},
		{"POST", "/api/v1/incidents/none/release", `{}`, 401, 401, 403, 404},
		{"GET", "/", "", 303, 303, 200, 200},
		{"GET", "/leaks", "", 303, 303, 200, 200},
		{"POST", "/leaks/ID/state", "", 303, 303, 200, 200}, // the page asks for itself whether one may
		{"GET", "/assets/style.css", "", 200, 200, 200, 200},
		{"GET", "/signin", "", 200, 200, 303, 303},
		{"POST", "/signin", "", 401, 401, 401, 401},
		{"POST", "/signout", "", 303, 303, 303, 303},
	} {
		delete(left, patternOf(h.Patterns, c.method, c.path))
		for token, want := range map[string]int{"": c.none, "wrong": c.wrong, viewer: c.viewer, responder: c.responder} {
			header := []string{"Content-Type", "application/json"}
			if token != "" {
				header = append(header, "Authorization", "Bearer "+token)
			}
			w := ask(h, c.method, strings.ReplaceAll(c.path, "ID", id), c.body, header...)
			if w.Code != want {
				t.Errorf("%s %s with %q: %d, want %d", c.method, c.path, token, w.Code, want)
			}
			if w.Header().Get("Content-Security-Policy") == "" || w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%s %s: headers are missing", c.method, c.path)
			}
			if want == 401 && strings.HasPrefix(c.path, "/api/") && w.Header().Get("WWW-Authenticate") == "" {
				t.Errorf("%s %s: does not say what is asked for", c.method, c.path)
			}
		}
	}
	for pattern := range left {
		t.Errorf("%s: who may is not tested", pattern)
	}
}

// patternOf is the pattern that a request is routed by.
func patternOf(patterns []string, method, path string) string {
	mux := http.NewServeMux()
	for _, p := range patterns {
		mux.Handle(p, http.NotFoundHandler())
	}
	_, pattern := mux.Handler(httptest.NewRequest(method, path, nil))
	return pattern
}

func TestTokensFailClosed(t *testing.T) {
	for _, f := range []func(Role) ([]string, error){
		func(Role) ([]string, error) { return nil, errors.New("gone") },
		func(Role) ([]string, error) { return []string{""}, nil },
		func(Role) ([]string, error) { return nil, nil },
	} {
		h, _ := served(t, NewAuth(f, false, false))
		for _, header := range [][]string{nil, {"Authorization", "Bearer "}, {"Authorization", "Bearer x"}, {"Cookie", cookieName + "="}, {"Cookie", cookieName + "=2.99999999999."}} {
			if w := ask(h, "GET", "/api/v1/leaks", "", header...); w.Code != http.StatusUnauthorized {
				t.Errorf("%v: %d", header, w.Code)
			}
		}
	}
}

func TestSignIn(t *testing.T) {
	good := []string{viewer}
	h, _ := served(t, NewAuth(func(r Role) ([]string, error) {
		if r == Viewer {
			return good, nil
		}
		return nil, nil
	}, false, false))
	for _, c := range []struct{ method, target, body string }{{"POST", "/signin", "token=" + viewer}, {"GET", "/?token=" + viewer, ""}} {
		w := ask(h, c.method, c.target, c.body, "Content-Type", "application/x-www-form-urlencoded", "Origin", "http://localhost:4380")
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/" {
			t.Fatalf("%s: %d to %s", c.target, w.Code, w.Header().Get("Location"))
		}
		cookies := w.Result().Cookies()
		if len(cookies) != 1 || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteLaxMode || strings.Contains(cookies[0].Value, viewer) {
			t.Fatalf("%+v", cookies)
		}
		session := cookieName + "=" + cookies[0].Value
		if w := ask(h, "GET", "/", "", "Cookie", session); w.Code != 200 || w.Body.String() != "the page" {
			t.Errorf("signed in: %d", w.Code)
		}
		forged := strings.Replace(session, "=1.", "=2.", 1)
		if w := ask(h, "GET", "/api/v1/leaks", "", "Cookie", forged); w.Code != 401 {
			t.Errorf("a forged role: %d", w.Code)
		}
		good = []string{"rotated-and-so-another"}
		if w := ask(h, "GET", "/api/v1/leaks", "", "Cookie", session); w.Code != 401 {
			t.Errorf("a session outlives its token: %d", w.Code)
		}
		good = []string{viewer}
	}
	w := ask(h, "POST", "/signin", "token=wrong", "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin")
	if w.Code != 401 || len(w.Result().Cookies()) != 0 || !strings.Contains(w.Body.String(), "not one of this ledger") {
		t.Errorf("a wrong token: %d", w.Code)
	}
	if w := ask(h, "POST", "/signout", "", "Sec-Fetch-Site", "same-origin"); len(w.Result().Cookies()) != 1 || w.Result().Cookies()[0].MaxAge >= 0 {
		t.Error("signing out leaves the cookie")
	}
}

// TestOpen: without a token the server is for this machine alone, and for no page
// of another site that the browser here has open.
func TestOpen(t *testing.T) {
	h, id := served(t, NewAuth(tokens, true, false))
	state := "/api/v1/leaks/" + id + "/state"
	for _, c := range []struct {
		method, target, body string
		header               []string
		want                 int
	}{
		{"GET", "/api/v1/leaks", "", nil, 200},
		{"GET", "/api/v1/leaks", "", []string{"Host", "127.0.0.1:4380"}, 200},
		{"GET", "/api/v1/leaks", "", []string{"Host", "[::1]:4380"}, 200},
		{"GET", "/api/v1/leaks", "", []string{"Host", "evil.example.com:4380"}, 403},
		{"GET", "/", "", []string{"Host", "localhost.example.com"}, 403},
		{"POST", state, `{"state":"fixed"}`, []string{"Content-Type", "application/json"}, 200},
		{"POST", state, `{"state":"fixed"}`, []string{"Content-Type", "application/json", "Sec-Fetch-Site", "cross-site"}, 403},
		{"POST", state, `{"state":"fixed"}`, []string{"Content-Type", "application/json", "Origin", "https://evil.example.com"}, 403},
		{"POST", state, `{"state":"fixed"}`, []string{"Content-Type", "text/plain"}, 403},
		{"POST", state, `{"state":"fixed"}`, []string{"Content-Type", "text/plain", "Sec-Fetch-Site", "same-origin"}, 400},
		{"POST", state, `{"state":"fixed"}`, nil, 403},
		{"POST", state, `{"state":"reopened"}`, []string{"Content-Type", "application/json"}, 400},
		{"POST", state, `{"state":"fixed","x":1}`, []string{"Content-Type", "application/json"}, 400},
		{"POST", state, `{"state":"accepted"}`, []string{"Content-Type", "application/json"}, 400},
		{"POST", state, `{"state":"fixed"} {}`, []string{"Content-Type", "application/json"}, 400},
		{"POST", state, `{"reason":"` + strings.Repeat("x", maxBody) + `"}`, []string{"Content-Type", "application/json"}, 400},
	} {
		if w := ask(h, c.method, c.target, c.body, c.header...); w.Code != c.want {
			t.Errorf("%s %s %.40s %v: %d, want %d", c.method, c.target, c.body, c.header, w.Code, c.want)
		}
	}
	var audit struct{ Entries []ledger.Entry }
	if err := json.Unmarshal(ask(h, "GET", "/api/v1/audit?leak="+id, "").Body.Bytes(), &audit); err != nil || len(audit.Entries) != 1 || audit.Entries[0].Actor != "responder" {
		t.Errorf("%+v, %v", audit, err)
	}
}

func TestAnswers(t *testing.T) {
	h, id := served(t, NewAuth(tokens, true, false))
	for _, c := range []struct {
		target string
		code   int
		want   string
	}{
		{"/api/v1/leaks", 200, `"next":""`},
		{"/api/v1/leaks?service=none", 200, `{"leaks":[],"next":""}`},
		{"/api/v1/leaks?class=secret&state=open&since=2020-01-01T00:00:00Z&limit=1", 200, `"count":3,"distinct":1`},
		{"/api/v1/leaks?since=yesterday", 400, `since: must be a time`},
		{"/api/v1/leaks?limit=x", 400, `limit: must be`},
		{"/api/v1/leaks?next=!", 400, `next: is not`},
		{"/api/v1/leaks/" + id, 200, `"timeline":[{"hour":`},
		{"/api/v1/leaks/" + id, 200, `\u003cscript\u003e`},
		{"/api/v1/incidents", 200, `{"incidents":[],"next":""}`},
		{"/api/v1/audit", 200, `{"entries":[],"next":""}`},
		{"/api/v1/audit?limit=0", 400, `limit: must be`},
		{"/api/v1/overview", 200, `"findings":3`},
		{"/api/v2/leaks", 404, `there is nothing here`},
	} {
		w := ask(h, "GET", c.target, "")
		if w.Code != c.code || !strings.Contains(w.Body.String(), c.want) || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %s, want %d with %s", c.target, w.Code, w.Body, c.code, c.want)
		}
	}
}

// broken is a ledger whose database is gone.
type broken struct{ Ledger }

func (broken) Ping(context.Context) error { return errors.New("dial tcp 192.0.2.1: refused") }
func (broken) Leaks(context.Context, ledger.Filter) (ledger.Page, error) {
	return ledger.Page{}, errors.New("dial tcp 192.0.2.1: refused")
}

func TestBrokenLedger(t *testing.T) {
	reports := 0
	h := NewHandler(Options{Ledger: broken{}, Auth: NewAuth(tokens, true, false), Report: func(error) { reports++ }})
	for _, target := range []string{"/healthz", "/api/v1/leaks"} {
		if w := ask(h, "GET", target, ""); w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "192.0.2.1") {
			t.Errorf("%s: %d %s", target, w.Code, w.Body)
		}
	}
	if reports != 2 {
		t.Errorf("%d reports", reports)
	}
}
