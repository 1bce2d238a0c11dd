package ledgerapi

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/ledger"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// withIncident is a ledger with an incident of a service with a hostile name.
func withIncident(t *testing.T, auth Auth) (h http.Handler, hub *finding.Hub, id string) {
	t.Helper()
	hub = finding.NewHub()
	l, err := ledger.Open(t.Context(), ledger.Options{
		Path: filepath.Join(t.TempDir(), "l.db"), Hub: hub, Watch: &ledger.WatchOptions{Learn: time.Millisecond}, Report: func(err error) { t.Error(err) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	look := func() {
		if err := l.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	look() // since when all is new
	time.Sleep(10 * time.Millisecond)
	err = l.Record(t.Context(), []finding.Row{{
		Finding: finding.Finding{Rule: "jwt", Class: rule.Secret}, Count: 1, First: time.Now(), Last: time.Now(), Fingerprint: "k1:a",
		Origin: finding.Origin{Resource: finding.NewAttrs([][2]string{{"service.name", `<script>"checkout"`}, {"service.version", `'; DROP TABLE incident; --`}})},
	}})
	if err != nil {
		t.Fatal(err)
	}
	look()
	p, err := l.Incidents(t.Context(), ledger.IncidentFilter{})
	if err != nil || len(p.Incidents) != 1 {
		t.Fatalf("%d incidents, %v", len(p.Incidents), err)
	}
	return NewHandler(Options{Ledger: l, Auth: auth, Report: func(err error) { t.Error(err) }}), hub, p.Incidents[0].ID
}

// TestWhoMayHandleIncidents goes through the endpoints without a token, with a wrong
// one, and with that of either role.
func TestWhoMayHandleIncidents(t *testing.T) {
	h, hub, id := withIncident(t, NewAuth(tokens, false, false))
	for _, c := range []struct {
		method, path, body             string
		none, wrong, viewer, responder int
	}{
		{"GET", "/api/v1/incidents", "", 401, 401, 200, 200},
		{"GET", "/api/v1/incidents/ID", "", 401, 401, 200, 200},
		{"GET", "/api/v1/incidents/none", "", 401, 401, 404, 404},
		{"POST", "/api/v1/incidents/none/contain", `{"for":"1m"}`, 401, 401, 403, 404},
		{"POST", "/api/v1/incidents/none/release", "", 401, 401, 403, 404},
		{"POST", "/api/v1/incidents/none/close", `{"reason":"x"}`, 401, 401, 403, 404},
		{"POST", "/api/v1/incidents/ID/release", "", 401, 401, 403, 400}, // nothing is contained
		{"POST", "/api/v1/incidents/ID/contain", `{"for":"1m"}`, 401, 401, 403, 200},
		{"POST", "/api/v1/incidents/ID/release", "", 401, 401, 403, 200},
		{"POST", "/api/v1/incidents/ID/contain", `{"for":"1m"}`, 401, 401, 403, 200},
		{"POST", "/api/v1/incidents/ID/close", `{"reason":"test data"}`, 401, 401, 403, 200},
		{"POST", "/api/v1/incidents/ID/contain", `{"for":"1m"}`, 401, 401, 403, 400}, // it is closed
	} {
		for _, who := range []struct {
			token string
			want  int
		}{{"", c.none}, {"wrong", c.wrong}, {viewer, c.viewer}, {responder, c.responder}} {
			header := []string{"Content-Type", "application/json"}
			if who.token != "" {
				header = append(header, "Authorization", "Bearer "+who.token)
			}
			if w := ask(h, c.method, strings.ReplaceAll(c.path, "ID", id), c.body, header...); w.Code != who.want {
				t.Errorf("%s %s with %q: %d %s, want %d", c.method, c.path, who.token, w.Code, w.Body, who.want)
			}
		}
	}
	if left := hub.Containments(); len(left) != 0 {
		t.Errorf("closing leaves %d contained", len(left))
	}
}

func TestIncidentAnswers(t *testing.T) {
	h, hub, id := withIncident(t, NewAuth(tokens, true, false))
	post := []string{"Content-Type", "application/json"}
	at := "/api/v1/incidents/" + id
	for _, c := range []struct {
		method, target, body string
		header               []string
		code                 int
		want                 string
	}{
		{"GET", "/api/v1/incidents", "", nil, 200, `"kind":"novelty","service":"\u003cscript\u003e\"checkout\""`},
		{"GET", "/api/v1/incidents?state=open&class=secret&kind=novelty&since=2020-01-01T00:00:00Z&limit=1", "", nil, 200, `"next":""`},
		{"GET", "/api/v1/incidents?state=closed", "", nil, 200, `{"incidents":[],"next":""}`},
		{"GET", "/api/v1/incidents?service=none", "", nil, 200, `{"incidents":[],"next":""}`},
		{"GET", "/api/v1/incidents?since=yesterday", "", nil, 400, `since: must be a time`},
		{"GET", "/api/v1/incidents?limit=x", "", nil, 400, `limit: must be`},
		{"GET", "/api/v1/incidents?next=!", "", nil, 400, `next: is not`},
		{"GET", at, "", nil, 200, `"leaking":[{`},
		{"POST", at + "/contain", `{"for":"15m"}`, nil, 403, `refused`},
		{"POST", at + "/contain", `{"for":"15"}`, post, 400, `for: must be a time`},
		{"POST", at + "/contain", `{"for":"48h"}`, post, 400, `for: must be a time of at most 24h`},
		{"POST", at + "/contain", `{"for":"15m","x":1}`, post, 400, `can't be read`},
		{"POST", at + "/contain", `{"for":"15m"}`, []string{"Content-Type", "application/json", "Origin", "https://evil.example.com"}, 403, `refused`},
		{"POST", at + "/contain", `{"for":"15m"}`, post, 200, `"reaches":"the gates of the processes that keep this ledger`},
		{"POST", at + "/close", `{"reason":" "}`, post, 400, `reason: say why`},
		{"POST", at + "/close", `{"reason":"` + strings.Repeat("x", 600) + `"}`, post, 400, `reason: must not be longer`},
	} {
		w := ask(h, c.method, c.target, c.body, c.header...)
		if w.Code != c.code || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s %s %.40s: %d %s, want %d with %s", c.method, c.target, c.body, w.Code, w.Body, c.code, c.want)
		}
	}
	if c := hub.Containments(); len(c) != 1 || c[0].By != "responder" || c[0].Service != `<script>"checkout"` {
		t.Errorf("%+v", c)
	}
	var d ledger.IncidentDetail
	if err := json.Unmarshal(ask(h, "GET", at, "").Body.Bytes(), &d); err != nil || d.Containment == nil || d.Containment.By != "responder" || len(d.Events) != 2 {
		t.Errorf("%+v, %v", d, err)
	}
}
