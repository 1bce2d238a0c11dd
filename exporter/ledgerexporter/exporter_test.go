package ledgerexporter

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exportertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/airtight-telemetry/airtight/exporter/ledgerexporter/internal/metadata"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/findinglog"
	"github.com/airtight-telemetry/airtight/internal/ledger"
	"github.com/airtight-telemetry/airtight/internal/loopback"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

func finds(n int) plog.Logs {
	rows := make([]finding.Row, n)
	for i := range rows {
		rows[i] = finding.Row{
			Finding:     finding.Finding{Rule: "jwt", Class: rule.Secret, Severity: "high"},
			Origin:      finding.Origin{Resource: finding.NewAttrs([][2]string{{"service.name", "checkout"}}), Field: fmt.Sprint("f", i)},
			Fingerprint: "k1:abcdefghijklmnop", Count: 2, First: time.Now(), Last: time.Now(),
		}
	}
	return findinglog.Write(rows, time.Now())
}

func freeEndpoint(t *testing.T) string {
	t.Helper()
	address, err := loopback.Free()
	require.NoError(t, err)
	return address
}

type bench struct {
	exporter.Logs
	telemetry *componenttest.Telemetry
	config    *Config
}

func start(t *testing.T, change func(*Config)) *bench {
	t.Helper()
	b := &bench{telemetry: componenttest.NewTelemetry(), config: defaultConfig()}
	t.Cleanup(func() { require.NoError(t, b.telemetry.Shutdown(context.Background())) })
	b.config.Database.Path = filepath.Join(t.TempDir(), "ledger.db")
	b.config.HTTP = HTTPConfig{}
	if change != nil {
		change(b.config)
	}
	require.NoError(t, b.config.Validate())
	set := exportertest.NewNopSettings(metadata.Type)
	set.TelemetrySettings = b.telemetry.NewTelemetrySettings()
	var err error
	b.Logs, err = NewFactory().CreateLogs(context.Background(), set, b.config)
	require.NoError(t, err)
	require.NoError(t, b.Start(context.Background(), componenttest.NewNopHost()))
	return b
}

// A reason is told in a hurry, and what is pasted into it must not be kept.
func TestReasonsPassTheGate(t *testing.T) {
	const token, pasted = "a-responders-token", "Tr4in-Lamp-88"
	endpoint := freeEndpoint(t)
	b := start(t, func(c *Config) { c.HTTP = HTTPConfig{Endpoint: endpoint, ResponderToken: token} })
	require.NoError(t, b.ConsumeLogs(t.Context(), finds(1)))
	var page ledger.Page
	require.Eventually(t, func() bool {
		return get(t, "http://"+endpoint+"/api/v1/leaks", token, &page) == http.StatusOK && len(page.Leaks) > 0
	}, 10*time.Second, 20*time.Millisecond)
	url := "http://" + endpoint + "/api/v1/leaks/" + page.Leaks[0].ID
	body := strings.NewReader(`{"state":"accepted","reason":"a fixture, password=` + pasted + `"}`)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/state", body)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Less(t, res.StatusCode, 300)
	var leak ledger.Detail
	require.Equal(t, http.StatusOK, get(t, url, token, &leak))
	require.Equal(t, "a fixture, password=[redacted:generic-password]", leak.StateReason)
	require.NoError(t, b.Shutdown(context.Background()))
	kept, err := os.ReadFile(b.config.Database.Path)
	require.NoError(t, err)
	require.NotContains(t, string(kept), pasted, "it is in the database")
}

// sum adds up a counter; 0 where nothing was counted.
func (b *bench) sum(t *testing.T, name string) (n int64) {
	t.Helper()
	m, err := b.telemetry.GetMetric("otelcol_exporter_airtight_ledger_" + name)
	if err != nil {
		return 0
	}
	for _, p := range m.Data.(metricdata.Sum[int64]).DataPoints {
		n += p.Value
	}
	return n
}

func get(t *testing.T, url, token string, into any) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	if into != nil {
		require.NoError(t, json.Unmarshal(body, into))
	}
	return res.StatusCode
}

func TestFindingsReachTheLedger(t *testing.T) {
	const token = "a-token-of-some-length"
	file := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(file, []byte(token+"\nshort\n"), 0o600))
	endpoint := freeEndpoint(t)
	path := filepath.Join(t.TempDir(), "ledger.db")
	run := func() {
		b := start(t, func(c *Config) {
			c.Database.Path = path
			c.HTTP = HTTPConfig{Endpoint: endpoint, TokenFile: file}
			c.Owners = []OwnerConfig{{Service: "check*", Owner: "pay"}}
		})
		ld := finds(3)
		ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().AppendEmpty().Body().SetStr("an ordinary record")
		ld.MarkReadOnly()
		require.NoError(t, b.ConsumeLogs(context.Background(), ld))
		require.NoError(t, b.ConsumeLogs(context.Background(), plog.NewLogs()))
		require.Eventually(t, func() bool { return b.sum(t, "recorded") == 6 }, 5*time.Second, 10*time.Millisecond)
		require.NoError(t, b.Shutdown(context.Background()))
	}
	run()
	run() // what was recorded outlives the Collector
	b := start(t, func(c *Config) {
		c.Database.Path = path
		c.HTTP = HTTPConfig{Endpoint: endpoint, TokenFile: file}
		c.Owners = []OwnerConfig{{Service: "check*", Owner: "pay"}}
	})
	defer func() { require.NoError(t, b.Shutdown(context.Background())) }()
	base := "http://" + endpoint
	var page ledger.Page
	require.Equal(t, http.StatusOK, get(t, base+"/api/v1/leaks?service=checkout", token, &page))
	require.Len(t, page.Leaks, 3)
	for _, k := range page.Leaks {
		require.EqualValues(t, 4, k.Count)
		require.Equal(t, "pay", k.Owner)
	}
	var detail ledger.Detail
	require.Equal(t, http.StatusOK, get(t, base+"/api/v1/leaks/"+page.Leaks[0].ID, token, &detail))
	require.NotEmpty(t, detail.Description, "the catalogue is not asked")
	require.Equal(t, http.StatusUnauthorized, get(t, base+"/api/v1/leaks", "", nil))
	require.Equal(t, http.StatusUnauthorized, get(t, base+"/api/v1/leaks", "short", nil))
	require.NoError(t, os.WriteFile(file, []byte("another-token-of-length"), 0o600))
	require.Equal(t, http.StatusUnauthorized, get(t, base+"/api/v1/leaks", token, nil))
	require.Equal(t, http.StatusOK, get(t, base+"/healthz", "", nil))
}

// TestSlowLedgerHoldsUpNobody: the database is locked by someone else. Telemetry
// goes on, what does not fit into the queue is counted, and what fits is written
// once the lock is gone.
func TestSlowLedgerHoldsUpNobody(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	b := start(t, func(c *Config) {
		c.Database.Path = path
		c.QueueConfig.Get().QueueSize = 5
		c.TimeoutConfig.Timeout = 200 * time.Millisecond
		c.BackOffConfig.InitialInterval = 50 * time.Millisecond
	})
	unlock := lock(t, path)
	const batches, each = 50, 2 // findings of a batch: one record says there were two
	began := time.Now()
	for range batches {
		require.NoError(t, b.ConsumeLogs(context.Background(), finds(1)))
	}
	require.Less(t, time.Since(began), time.Second)
	dropped := b.sum(t, "dropped")
	require.GreaterOrEqual(t, dropped, int64(each*(batches-7)))
	require.Zero(t, b.sum(t, "recorded"))
	unlock()
	require.Eventually(t, func() bool { return b.sum(t, "recorded") == each*batches-dropped }, 20*time.Second, 20*time.Millisecond)
	require.NoError(t, b.Shutdown(context.Background()))
}

// lock takes the write lock of an SQLite file, as another program could.
func lock(t *testing.T, path string) (unlock func()) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	c, err := db.Conn(context.Background())
	require.NoError(t, err)
	_, err = c.ExecContext(context.Background(), "BEGIN IMMEDIATE")
	require.NoError(t, err)
	return func() {
		_, err := c.ExecContext(context.Background(), "ROLLBACK")
		require.NoError(t, err)
		require.NoError(t, c.Close())
		require.NoError(t, db.Close())
	}
}

func TestConfig(t *testing.T) {
	for _, c := range []struct {
		keys map[string]any
		want string
	}{
		{nil, "http.token_file: is missing"},
		{map[string]any{"http": map[string]any{"no_auth": true}}, ""},
		{map[string]any{"http": map[string]any{"no_auth": true, "endpoint": "127.0.0.1:4380"}}, ""},
		{map[string]any{"http": map[string]any{"no_auth": true, "endpoint": "[::1]:4380"}}, ""},
		{map[string]any{"http": map[string]any{"no_auth": true, "endpoint": "0.0.0.0:4380"}}, "http.no_auth: is for loopback only"},
		{map[string]any{"http": map[string]any{"no_auth": true, "endpoint": ":4380"}}, "http.no_auth: is for loopback only"},
		{map[string]any{"http": map[string]any{"no_auth": true, "token_file": "x"}}, "http.no_auth: can't be on"},
		{map[string]any{"http": map[string]any{"no_auth": true, "auth": map[string]any{"authenticator": "oidc"}}}, "http.no_auth: can't be on"},
		{map[string]any{"http": map[string]any{"auth": map[string]any{"authenticator": "oidc", "responders": []any{"ann"}}}}, ""},
		{map[string]any{"http": map[string]any{"auth": map[string]any{"responders": []any{"ann"}}}}, "http.auth.authenticator: is missing"},
		{map[string]any{"http": map[string]any{"endpoint": ""}}, ""},
		{map[string]any{"http": map[string]any{"endpoint": "localhost"}}, "http.endpoint: must be host:port"},
		{map[string]any{"http": map[string]any{"token": "short"}}, "http.token: must have at least 16"},
		{map[string]any{"http": map[string]any{"token_file": "/x", "endpoint": "0.0.0.0:4380"}}, ""},
		{map[string]any{"retention": "1h"}, "retention: must be at least 24h"},
		{map[string]any{"database": map[string]any{"path": ""}}, "database: needs a path"},
		{map[string]any{"sending_queue": map[string]any{"enabled": false}}, "sending_queue: can't be switched off"},
		{map[string]any{"sending_queue": map[string]any{"block_on_overflow": true}}, "sending_queue: must not block"},
		{map[string]any{"owners": []any{map[string]any{"service": "x"}}}, "owners[0].owner: must not be empty"},
		{map[string]any{"owners": []any{map[string]any{"service": "[", "owner": "a"}}}, "owners[0].service: is no pattern"},
	} {
		cfg := defaultConfig()
		require.NoError(t, confmap.NewFromStringMap(c.keys).Unmarshal(cfg))
		got := ""
		if err := cfg.Validate(); err != nil {
			got = err.Error()
		}
		if got == "" != (c.want == "") || !strings.HasPrefix(got, c.want) {
			t.Errorf("%v: %q, want %q", c.keys, got, c.want)
		}
	}
}
