//go:build e2e && linux

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"google.golang.org/grpc/metadata"

	"github.com/airtight-telemetry/airtight/internal/ledger"
)

// The tokens of the ledger's two roles.
const (
	viewerToken    = "e2e-viewer-of-the-ledger"
	responderToken = "e2e-responder-of-the-ledger"
)

// shipFindings makes a sidecar send what it finds to its gateway.
func (c *collector) shipFindings() {
	c.overlay(filepath.Join(root, "configs", "sidecar-findings.yaml"))
}

// fleet is a sidecar that ships what it finds, a gateway that keeps the ledger, and
// the backend behind both.
type fleet struct {
	t                *testing.T
	backend          *backend
	gateway, sidecar *collector
	traces           string // file
	database         string // SQLite's, if that is where the ledger is
	api              string // URL
}

// newFleet returns one that is not started. The ledger is in PostgreSQL where a URL
// is given, else in SQLite.
func newFleet(t *testing.T, postgresURL string, onEach func(plog.LogRecord)) *fleet {
	t.Helper()
	f := &fleet{t: t, backend: newBackend(t, onEach)}
	f.gateway, f.traces, f.database, f.api = newLedgerGateway(t, f.backend.logsURL(), postgresURL)
	f.sidecar = newSidecar(t, f.gateway.grpc)
	f.sidecar.shipFindings()
	return f
}

func (f *fleet) start() *fleet {
	f.t.Helper()
	f.gateway.start()
	f.sidecar.start()
	return f
}

func (f *fleet) stop() {
	f.t.Helper()
	f.sidecar.stop()
	f.gateway.stop()
}

// newLedgerGateway is newGateway with the ledger of configs/gateway-ledger.yaml.
func newLedgerGateway(t *testing.T, logs, postgresURL string) (c *collector, traces, database, api string) {
	t.Helper()
	c, traces = newGatewayFrom(t, "gateway-ledger.yaml", logs)
	dir := t.TempDir()
	database = filepath.Join(dir, "ledger", "ledger.db")
	endpoint := freeAddress(t)
	c.env["AIRTIGHT_LEDGER_ENDPOINT"] = endpoint
	c.env["AIRTIGHT_LEDGER_PATH"] = database
	c.env["AIRTIGHT_LEDGER_URL"] = postgresURL
	for variable, content := range map[string]string{
		"AIRTIGHT_LEDGER_TOKEN_FILE": viewerToken, "AIRTIGHT_LEDGER_RESPONDER_TOKEN_FILE": responderToken,
	} {
		c.env[variable] = filepath.Join(dir, strings.ToLower(variable))
		if err := os.WriteFile(c.env[variable], []byte(content+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return c, traces, database, "http://" + endpoint
}

// overlay lays configuration over what the collector has.
func (c *collector) overlay(uris ...string) {
	for _, uri := range uris {
		c.args = append(c.args, "--config", uri)
	}
}

// request asks the ledger's server and returns the status and the answer.
func request(t *testing.T, method, url, bearer, body string) (status int, answer []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	// What the server answers is looked at, and not where it would send a browser.
	client := http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if answer, err = io.ReadAll(resp.Body); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, answer
}

// get reads an answer of the API as a viewer.
func (f *fleet) get(path string, into any) {
	f.t.Helper()
	status, answer := request(f.t, http.MethodGet, f.api+path, viewerToken, "")
	if status != http.StatusOK {
		f.t.Fatalf("GET %s: status %d: %s", path, status, answer)
	}
	if err := json.NewDecoder(bytes.NewReader(answer)).Decode(into); err != nil {
		f.t.Fatalf("GET %s: %v", path, err)
	}
}

// leaks is every leak in the ledger, page by page, each with its details.
func (f *fleet) leaks() (all []ledger.Detail) {
	f.t.Helper()
	for next := ""; ; {
		var page ledger.Page
		f.get("/api/v1/leaks?limit=25&next="+next, &page)
		for _, k := range page.Leaks {
			var d ledger.Detail
			f.get("/api/v1/leaks/"+k.ID, &d)
			all = append(all, d)
		}
		if next = page.Next; next == "" {
			return all
		}
	}
}

// recorded is how many findings are in the ledger, as its gateway says.
func (f *fleet) recorded() int {
	return f.gateway.metric("otelcol_exporter_airtight_ledger_recorded", "")
}

// exporter sends logs to the gateway itself, in a context from authorized.
func (f *fleet) exporter() plogotlp.GRPCClient {
	f.t.Helper()
	return dial(f.t, f.gateway.grpc)
}

func (f *fleet) authorized() context.Context {
	return metadata.AppendToOutgoingContext(f.t.Context(), "authorization", "Bearer "+token)
}
