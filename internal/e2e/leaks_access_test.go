//go:build e2e && linux

package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
)

// TestLeaksAccess asks every path of a running gateway's ledger without a token, with
// a wrong one, with the gateway's own for senders, and with those of both roles.
func TestLeaksAccess(t *testing.T) {
	f := newFleet(t, "", func(plog.LogRecord) {})
	f.gateway.overlay("yaml:receivers::airtight_findings::interval: 100ms")
	f.gateway.start()
	l := newLoot(random(t))
	if _, err := f.exporter().Export(f.authorized(), plogotlp.NewExportRequestFromLogs(l.batch("sender", 0, 16))); err != nil {
		t.Fatal(err)
	}
	if !eventually(20*time.Second, func() bool { return f.recorded() > 0 }) {
		t.Fatal("nothing is in the ledger")
	}
	id := f.leaks()[0].ID
	const (
		in     = http.StatusOK
		signIn = http.StatusSeeOther
		who    = http.StatusUnauthorized
		no     = http.StatusForbidden
		none   = http.StatusNotFound
		bad    = http.StatusBadRequest
		form   = "not=asked" // of a page: no form of the page's own
	)
	tokens := []string{"", "wrong-and-long-enough", token, viewerToken, responderToken}
	asked, refused := 0, 0
	for _, c := range []struct {
		method, path, body        string
		stranger, viewer, decider int
	}{
		{"GET", "/healthz", "", in, in, in},
		{"GET", "/", "", signIn, in, in},
		{"GET", "/leaks", "", signIn, in, in},
		{"GET", "/leaks/ID", "", signIn, in, in},
		{"GET", "/incidents", "", signIn, in, in},
		{"GET", "/incidents/none", "", signIn, none, none},
		{"GET", "/shadow", "", signIn, in, in},
		{"GET", "/try", "", signIn, in, in},
		{"POST", "/leaks/ID/state", form, signIn, no, bad},
		{"POST", "/incidents/none/close", form, signIn, no, none},
		{"POST", "/incidents/none/contain", form, signIn, no, none},
		{"POST", "/incidents/none/release", form, signIn, no, none},
		{"POST", "/try", form, signIn, bad, bad},
		{"GET", "/signin", "", in, signIn, signIn},
		{"GET", "/api/v1/leaks", "", who, in, in},
		{"GET", "/api/v1/leaks?service=checkout&limit=1", "", who, in, in},
		{"GET", "/api/v1/leaks/ID", "", who, in, in},
		{"GET", "/api/v1/leaks/none", "", who, none, none},
		{"GET", "/api/v1/overview", "", who, in, in},
		{"GET", "/api/v1/incidents", "", who, in, in},
		{"GET", "/api/v1/incidents/none", "", who, none, none},
		{"POST", "/api/v1/incidents/none/close", `{"reason":"a test"}`, who, no, none},
		{"POST", "/api/v1/incidents/none/contain", `{"for":"1m"}`, who, no, none},
		{"POST", "/api/v1/incidents/none/release", "{}", who, no, none},
		{"POST", "/api/v1/trace", `{"fingerprints":["k1:aaaaaaaaaaaaaaaa"]}`, who, in, in},
		{"GET", "/api/v1/audit", "", who, in, in},
		{"GET", "/api/v1/nothing", "", who, none, none},
		{"GET", "/api/", "", who, none, none},
		{"POST", "/api/v1/leaks/ID/state", `{"state":"acknowledged"}`, who, no, in},
		{"POST", "/api/v1/leaks/none/state", `{"state":"acknowledged"}`, who, no, none},
	} {
		path := strings.ReplaceAll(c.path, "ID", id)
		for i, bearer := range tokens {
			want := []int{c.stranger, c.stranger, c.stranger, c.viewer, c.decider}[i]
			status, answer := request(t, c.method, f.api+path, bearer, c.body)
			if asked++; status != want {
				t.Errorf("%s %s with token %d of %d: status %d, want %d", c.method, c.path, i+1, len(tokens), status, want)
			}
			if want == who || want == no {
				refused++
				if strings.Contains(string(answer), "checkout") {
					t.Errorf("%s %s: what is refused is told all the same", c.method, c.path)
				}
			}
		}
	}
	figure("the ledger's server: %d requests with five tokens, %d of them refused", asked, refused)
	f.gateway.stop()
}
