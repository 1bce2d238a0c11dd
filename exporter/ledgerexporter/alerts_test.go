package ledgerexporter

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/ledger"
	"github.com/airtight-telemetry/airtight/internal/notify"
)

func TestIncidentConfig(t *testing.T) {
	alerts := func(target map[string]any) map[string]any { return map[string]any{"alerts": []any{target}} }
	for _, c := range []struct {
		keys map[string]any
		want string
	}{
		{map[string]any{"contain": map[string]any{"for": "15m", "on": []any{"version", "rate"}}, "hub": "x", "external_url": "https://ledger.example.com/x"}, ""},
		{map[string]any{"contain": map[string]any{"on": []any{"version", "x"}}}, "contain.on[1]: must be one of [rate novelty version]"},
		{map[string]any{"contain": map[string]any{"for": "25h"}}, "contain.for: must be a time of at most 24h"},
		{map[string]any{"contain": map[string]any{"for": "0s"}}, "contain.for: must be"},
		{map[string]any{"hub": ""}, "hub: must not be empty"},
		{map[string]any{"external_url": "ledger.example.com"}, "external_url: must be"},
		{map[string]any{"watch": map[string]any{"learn": "0s", "quiet": "1m", "false_alarm_every": "87660h"}}, ""},
		{map[string]any{"watch": map[string]any{"learn": "-1s"}}, "watch.learn: must not be negative"},
		{map[string]any{"watch": map[string]any{"quiet": "1s"}}, "watch.quiet: must be at least"},
		{map[string]any{"watch": map[string]any{"false_alarm_every": "1h"}}, "watch.false_alarm_every: must be at least"},
		{alerts(map[string]any{"webhook": map[string]any{"url": "https://alerts.example.com/hook", "token_file": "/t", "secret_file": "/s", "max_per_minute": 6}}), ""},
		{alerts(map[string]any{"alertmanager": map[string]any{"url": "http://alertmanager:9093", "tls": map[string]any{"ca_file": "/ca"}}}), ""},
		{alerts(map[string]any{}), "alerts[0]: must be either"},
		{alerts(map[string]any{"webhook": map[string]any{"url": "http://a"}, "alertmanager": map[string]any{"url": "http://a"}}), "alerts[0]: must be either"},
		{alerts(map[string]any{"webhook": map[string]any{"url": "hunter2:///x"}}), "alerts[0].webhook.url: must be an address"},
		{alerts(map[string]any{"alertmanager": map[string]any{"url": "alertmanager:9093"}}), "alerts[0].alertmanager.url: must be an address"},
		{alerts(map[string]any{"webhook": map[string]any{"url": "http://a", "max_per_minute": -1}}), "alerts[0].webhook.max_per_minute: must not be negative"},
	} {
		cfg := defaultConfig()
		cfg.HTTP.NoAuth = true
		require.NoError(t, confmap.NewFromStringMap(c.keys).Unmarshal(cfg))
		got := ""
		if err := cfg.Validate(); err != nil {
			got = err.Error()
		}
		if got == "" != (c.want == "") || !strings.HasPrefix(got, c.want) || strings.Contains(got, "hunter2") {
			t.Errorf("%v: %q, want %q", c.keys, got, c.want)
		}
	}
}

// listening is a server that takes webhooks and what an Alertmanager is told.
type listening struct {
	*httptest.Server
	mu       sync.Mutex
	messages []notify.Message
	raw      strings.Builder
}

func newListening(t *testing.T) *listening {
	l := &listening{}
	l.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		l.mu.Lock()
		defer l.mu.Unlock()
		_, _ = l.raw.Write(body)
		if r.URL.Path == "/hook" {
			var m notify.Message
			if err := json.Unmarshal(body, &m); err != nil {
				t.Error(err)
			}
			l.messages = append(l.messages, m)
		}
	}))
	t.Cleanup(l.Close)
	return l
}

func (l *listening) alerts() (all []notify.Alert) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, m := range l.messages {
		all = append(all, m.Alerts...)
	}
	return all
}

func (l *listening) text() string { l.mu.Lock(); defer l.mu.Unlock(); return l.raw.String() }

// version is records of a version of checkout, of which some leak.
func version(v string, records, leaks, from int) plog.Logs {
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	rl.Resource().Attributes().PutStr("service.name", "checkout")
	rl.Resource().Attributes().PutStr("service.version", v)
	sl := rl.ScopeLogs().AppendEmpty()
	for n := range records {
		body := "order accepted and on its way"
		if n < leaks {
			body = fmt.Sprintf("mail to canary%d@example.com sent", from+n)
		}
		sl.LogRecords().AppendEmpty().Body().SetStr(body)
	}
	return ld
}

// TestNewVersionIsTold: a version that starts to leak opens an incident in seconds,
// contains its source where that is wished, and people are told, without a value.
func TestNewVersionIsTold(t *testing.T) {
	listening := newListening(t)
	const token = "a-token-of-some-length"
	endpoint := freeEndpoint(t)
	b := start(t, func(c *Config) {
		c.HTTP = HTTPConfig{Endpoint: endpoint, ResponderToken: token}
		c.Hub = t.Name()
		require.NoError(t, confmap.NewFromStringMap(map[string]any{
			"external_url": "https://ledger.example.com/",
			"contain":      map[string]any{"for": "15m", "on": []any{"version"}},
			"alerts": []any{
				map[string]any{"webhook": map[string]any{"url": listening.URL + "/hook"}},
				map[string]any{"alertmanager": map[string]any{"url": listening.URL + "/am"}},
			},
		}).Unmarshal(c))
	})
	r := newReceiver(t, t.Name(), b)
	p := newGate(t, t.Name())
	for range 5 {
		require.NoError(t, p.ConsumeLogs(context.Background(), version("1.0", 100, 0, 0)))
		time.Sleep(100 * time.Millisecond)
	}
	began := time.Now()
	var opened, contained, told time.Duration
	for i := 0; time.Since(began) < 20*time.Second && (told == 0 || contained == 0 || opened == 0); i++ {
		require.NoError(t, p.ConsumeLogs(context.Background(), version("2.0", 100, 1, i)))
		var page ledger.IncidentPage
		require.Equal(t, http.StatusOK, get(t, "http://"+endpoint+"/api/v1/incidents", token, &page))
		if opened == 0 && len(page.Incidents) > 0 {
			opened = time.Since(began)
		}
		if contained == 0 && len(finding.HubNamed(t.Name()).Containments()) > 0 {
			contained = time.Since(began)
		}
		if told == 0 && len(listening.alerts()) > 0 {
			told = time.Since(began)
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Logf("figure: a new version starts to leak: the incident is open after %v, its source contained after %v, people told after %v", opened.Round(time.Millisecond), contained.Round(time.Millisecond), told.Round(time.Millisecond))
	if opened == 0 || opened > 10*time.Second || contained == 0 || told == 0 {
		t.Fatal("it is too late")
	}
	a := listening.alerts()[0]
	require.Equal(t, "version", a.Kind)
	require.Equal(t, "2.0", a.Version)
	require.Equal(t, "https://ledger.example.com/incidents/"+a.ID, a.Link)
	require.False(t, a.ContainedUntil.IsZero())
	require.Eventually(t, func() bool { return strings.Contains(listening.text(), `"alertname":"AirtightLeak"`) }, 10*time.Second, 20*time.Millisecond)

	require.NoError(t, p.Shutdown(context.Background()))
	require.NoError(t, r.Shutdown(context.Background()))
	require.True(t, finding.HubNamed(t.Name()).Release("checkout", ""))
	var page ledger.IncidentPage
	get(t, "http://"+endpoint+"/api/v1/incidents", token, &page)
	require.Len(t, page.Incidents, 1, "one class, one version")
	var detail map[string]any
	require.Equal(t, http.StatusOK, get(t, "http://"+endpoint+"/api/v1/incidents/"+a.ID, token, &detail))
	everything, err := json.Marshal(detail)
	require.NoError(t, err)
	require.NoError(t, b.Shutdown(context.Background()))
	for _, text := range []string{listening.text(), string(everything)} {
		for _, canary := range []string{"canary", hex.EncodeToString([]byte("canary")), strings.TrimRight(base64.StdEncoding.EncodeToString([]byte("canary")), "=")} {
			require.NotContains(t, strings.ToLower(text), strings.ToLower(canary))
		}
	}
	require.Positive(t, b.sum(t, "alerts"))
	require.EqualValues(t, 1, b.sum(t, "incidents"))
}
