package ledgerexporter

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processortest"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/receivertest"

	"github.com/airtight-telemetry/airtight/internal/ledger"
	"github.com/airtight-telemetry/airtight/processor/airtightprocessor"
	"github.com/airtight-telemetry/airtight/receiver/findingsreceiver"
)

const (
	sources = 40 // of leaks: four services with ten lines of code each
	leaking = 50 // findings of each
)

// batch is records of which one in a hundred leaks: the i-th leak of each source.
func batch(i int) plog.Logs {
	ld := plog.NewLogs()
	for service := range 4 {
		rl := ld.ResourceLogs().AppendEmpty()
		rl.Resource().Attributes().PutStr("service.name", fmt.Sprint("service", service))
		rl.Resource().Attributes().PutStr("service.version", "1.0")
		sl := rl.ScopeLogs().AppendEmpty()
		for line := range sources / 4 {
			for n := range 100 {
				lr := sl.LogRecords().AppendEmpty()
				lr.SetSeverityText("INFO")
				lr.Body().SetStr("order accepted and on its way")
				if n == 50 {
					lr.Body().SetStr(fmt.Sprintf("mail to canary%d.%d@example.com sent", i, line))
				}
				lr.Attributes().PutStr("code.file.path", fmt.Sprintf("src/%s.go", strings.Repeat("x", line+1)))
				lr.Attributes().PutInt("code.line.number", int64(line+1))
				lr.Attributes().PutStr("step", "done")
			}
		}
	}
	return ld
}

func configured[C any](t testing.TB, cfg C, keys map[string]any) C {
	t.Helper()
	require.NoError(t, confmap.NewFromStringMap(keys).Unmarshal(cfg))
	return cfg
}

func newGate(t testing.TB, hub string) processor.Logs {
	t.Helper()
	f := airtightprocessor.NewFactory()
	cfg := configured(t, f.CreateDefaultConfig(), map[string]any{"hub": hub, "destinations": []any{"otlp_http"}})
	p, err := f.CreateLogs(context.Background(), processortest.NewNopSettings(f.Type()), cfg, consumertest.NewNop())
	require.NoError(t, err)
	require.NoError(t, p.Start(context.Background(), componenttest.NewNopHost()))
	return p
}

func newReceiver(t testing.TB, hub string, next *bench) receiver.Logs {
	t.Helper()
	f := findingsreceiver.NewFactory()
	cfg := configured(t, f.CreateDefaultConfig(), map[string]any{"hub": hub, "interval": "100ms"})
	r, err := f.CreateLogs(context.Background(), receivertest.NewNopSettings(f.Type()), cfg, next)
	require.NoError(t, err)
	require.NoError(t, r.Start(context.Background(), componenttest.NewNopHost()))
	return r
}

// TestPath brings 200,000 records with 2,000 leaks from 40 sources through the
// gate, the hub, the receiver and the exporter: every leak is in the ledger, at its
// source, and no value is anywhere in it.
func TestPath(t *testing.T) {
	const token = "a-token-of-some-length"
	endpoint := freeEndpoint(t)
	b := start(t, func(c *Config) { c.HTTP = HTTPConfig{Endpoint: endpoint, Token: token} })
	r := newReceiver(t, t.Name(), b)
	p := newGate(t, t.Name())
	for i := range leaking {
		require.NoError(t, p.ConsumeLogs(context.Background(), batch(i)))
	}
	require.NoError(t, p.Shutdown(context.Background()))
	require.NoError(t, r.Shutdown(context.Background()))
	require.Eventually(t, func() bool { return b.sum(t, "recorded") == sources*leaking }, 10*time.Second, 10*time.Millisecond)

	base := "http://" + endpoint
	var page ledger.Page
	require.Equal(t, http.StatusOK, get(t, base+"/api/v1/leaks", token, &page))
	require.Len(t, page.Leaks, 4, "one text, four services")
	for _, k := range page.Leaks {
		var d ledger.Detail
		require.Equal(t, http.StatusOK, get(t, base+"/api/v1/leaks/"+k.ID, token, &d))
		require.EqualValues(t, leaking*sources/4, d.Count)
		require.EqualValues(t, leaking*sources/4, d.Distinct)
		require.Equal(t, "mail to [redacted:email] sent", d.Template)
		require.Len(t, d.Sources, sources/4)
		for _, s := range d.Sources {
			require.EqualValues(t, leaking, s.Count)
			require.Len(t, s.File, len("src/.go")+s.Line)
		}
	}
	require.NoError(t, b.Shutdown(context.Background()))
	for _, suffix := range []string{"", "-wal", "-shm"} {
		data, err := os.ReadFile(b.config.Database.Path + suffix)
		if os.IsNotExist(err) {
			continue
		}
		require.NoError(t, err)
		for _, canary := range []string{"canary", hex.EncodeToString([]byte("canary")), "Y2FuYXJ5"} {
			require.NotContains(t, strings.ToLower(string(data)), strings.ToLower(canary))
		}
	}
}

// BenchmarkGate is the cost of findings on the data path: one record in a hundred
// leaks, and nobody or a receiver listens.
func BenchmarkGate(b *testing.B) {
	for _, listening := range []bool{false, true} {
		b.Run(fmt.Sprintf("listening=%v", listening), func(b *testing.B) {
			hub := fmt.Sprint(b.Name(), b.N)
			if listening {
				f := findingsreceiver.NewFactory()
				cfg := configured(b, f.CreateDefaultConfig(), map[string]any{"hub": hub})
				r, err := f.CreateLogs(context.Background(), receivertest.NewNopSettings(f.Type()), cfg, consumertest.NewNop())
				require.NoError(b, err)
				require.NoError(b, r.Start(context.Background(), componenttest.NewNopHost()))
				defer func() { require.NoError(b, r.Shutdown(context.Background())) }()
			}
			p := newGate(b, hub)
			defer func() { require.NoError(b, p.Shutdown(context.Background())) }()
			for i := 0; b.Loop(); i++ {
				b.StopTimer()
				ld := batch(i)
				b.StartTimer()
				require.NoError(b, p.ConsumeLogs(context.Background(), ld))
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*4000), "ns/record")
		})
	}
}
