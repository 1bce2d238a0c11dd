package ledgerapi

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/airtight-telemetry/airtight/internal/ledger"
)

const someFingerprint = "k1:aaaaaaaaaaaaaaaa"

func TestTraceRefuses(t *testing.T) {
	h, _ := served(t, NewAuth(tokens, true, false))
	for _, c := range []struct {
		body string
		code int
		want string
	}{
		{`{"fingerprints":["` + someFingerprint + `"]}`, 200, `"sightings":[]`},
		{`{"fingerprints":[]}`, 400, `name 1 to 256`},
		{`{}`, 400, `name 1 to 256`},
		{`{"fingerprints":["` + strings.Repeat(someFingerprint+`","`, 256) + `"]}`, 400, `name 1 to 256`},
		{`{"fingerprints":["ann@example.com"]}`, 400, `fingerprints[0]: is none`},
		{`{"fingerprints":["` + someFingerprint + `"],"value":"x"}`, 400, `can't be read`},
		{`[`, 400, `can't be read`},
		{`{"fingerprints":["` + strings.Repeat("a", maxBody) + `"]}`, 400, `can't be read`},
	} {
		w := ask(h, "POST", "/api/v1/trace", c.body, "Content-Type", "application/json")
		if w.Code != c.code || !strings.Contains(w.Body.String(), c.want) || strings.Contains(w.Body.String(), "ann@") {
			t.Errorf("%.60s: %d %s, want %d with %s", c.body, w.Code, w.Body, c.code, c.want)
		}
	}
	if w := ask(h, "POST", "/api/v1/trace", `{}`, "Content-Type", "text/plain", "Origin", "https://evil.example.com"); w.Code != 403 {
		t.Errorf("from another site: %d", w.Code)
	}
}

// TestClient asks a server what a ledger would be asked.
func TestClient(t *testing.T) {
	h, id := served(t, NewAuth(tokens, false, false))
	server := httptest.NewServer(h)
	defer server.Close()
	c, err := NewClient(server.URL+"/", viewer)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	if p, err := c.Leaks(ctx, ledger.Filter{Class: "secret", Since: time.Now().Add(-time.Hour), Limit: 1}); err != nil || len(p.Leaks) != 1 {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err := c.Leaks(ctx, ledger.Filter{Service: "none"}); err != nil || len(p.Leaks) != 0 {
		t.Errorf("%+v, %v", p, err)
	}
	if d, err := c.Leak(ctx, id); err != nil || d.ID != id || d.Count != 3 {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := c.Leak(ctx, "a/../b"); !errors.Is(err, ledger.ErrNotFound) {
		t.Error(err)
	}
	if o, err := c.Overview(ctx, time.Now().Add(-time.Hour)); err != nil || o.Findings != 3 {
		t.Errorf("%+v, %v", o, err)
	}
	if err := c.Ping(ctx); err != nil {
		t.Error(err)
	}
	if tr, err := c.Trace(ctx, []string{someFingerprint}); err != nil || len(tr.Sightings) != 0 {
		t.Errorf("%+v, %v", tr, err)
	}
	if _, err := c.Trace(ctx, nil); err == nil || !strings.Contains(err.Error(), "name 1 to 256") {
		t.Error(err)
	}
	// What has gone over the wire can be verified as what stands in the database.
	for range 3 {
		for _, state := range []string{"fixed", "open"} {
			if w := ask(h, "POST", "/api/v1/leaks/"+id+"/state", `{"state":"`+state+`"}`, "Content-Type", "application/json", "Authorization", "Bearer "+responder); w.Code != 200 {
				t.Fatal(w.Body)
			}
		}
	}
	if v, err := ledger.VerifyAudit(ctx, c, nil, nil); err != nil || !v.Whole || v.Entries != 6 {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestClientFaults(t *testing.T) {
	h, _ := served(t, NewAuth(tokens, false, false))
	server := httptest.NewServer(h)
	defer server.Close()
	answers := func(status int, body string) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", server.URL)
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}))
		t.Cleanup(s.Close)
		return s.URL
	}
	for _, c := range []struct{ address, token, want string }{
		{"", "", "is no address of a ledger"},
		{"localhost:4380", "", "is no address of a ledger"},
		{"file:///etc/passwd", "", "is no address of a ledger"},
		{"http://u:p@localhost:4380", "", "must hold no user"},
		{"http://localhost:4380?token=x", "", "must hold no user"},
		{"http://ledger.example.com", viewer, "would send the token unencrypted"},
		{"http://127.0.0.1:1", viewer, "no ledger answers there"},
		{server.URL, "", "asks for a token that is good"},
		{server.URL, "wrong", "asks for a token that is good"},
		{answers(200, "<html>"), "", "is no ledger of this version"},
		{answers(404, "<html>"), "", "is no ledger of this version"},
		{answers(302, ""), viewer, "is no ledger of this version"},
		{answers(200, `{"entries":[{"seq":1,"more":2}]}`), "", "fields that this airtight does not know"},
		{answers(503, `{"error":"the ledger does not answer; its log says why"}`), "", "the ledger refuses: the ledger does not answer"},
	} {
		client, err := NewClient(c.address, c.token)
		if err == nil {
			_, err = client.Audit(t.Context(), "", 0, 10)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), viewer) {
			t.Errorf("%s: %v, want %s", c.address, err, c.want)
		}
	}
}
