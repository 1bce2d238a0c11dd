package findingsreceiver

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processortest"
	"go.opentelemetry.io/collector/receiver/receivertest"

	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/findinglog"
	"github.com/airtight-telemetry/airtight/internal/keyring"
	"github.com/airtight-telemetry/airtight/processor/airtightprocessor"
	"github.com/airtight-telemetry/airtight/receiver/findingsreceiver/internal/metadata"
)

func gate(t *testing.T, keys map[string]any, next consumer.Logs) processor.Logs {
	t.Helper()
	f := airtightprocessor.NewFactory()
	cfg := f.CreateDefaultConfig()
	require.NoError(t, confmap.NewFromStringMap(keys).Unmarshal(cfg))
	p, err := f.CreateLogs(context.Background(), processortest.NewNopSettings(f.Type()), cfg, next)
	require.NoError(t, err)
	require.NoError(t, p.Start(context.Background(), componenttest.NewNopHost()))
	t.Cleanup(func() { require.NoError(t, p.Shutdown(context.Background())) })
	return p
}

// copied keeps a copy of what goes on to another consumer.
type copied struct {
	consumer.Logs
	next consumer.Logs
}

func (c copied) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	kept := plog.NewLogs()
	ld.CopyTo(kept)
	if err := c.Logs.ConsumeLogs(ctx, kept); err != nil {
		return err
	}
	return c.next.ConsumeLogs(ctx, ld)
}

// packs are all but network and location: to those, what says where a finding was
// is itself what they mask.
var packs = []any{"secrets", "payment", "identity", "contact", "telemetry", "person", "health", "genai"}

// TestThroughTwoGates: what a sidecar finds reaches the ledger's pipeline of a
// gateway as it was sent. No rule finds anything in a finding, whose fingerprints
// look much like what rules are made for, and no findings are made of it.
func TestThroughTwoGates(t *testing.T) {
	ring := filepath.Join(t.TempDir(), "keyring.yaml")
	r, err := keyring.Generate("k1", time.Now(), 0)
	require.NoError(t, err)
	require.NoError(t, r.Create(ring))
	for _, keyringFile := range []string{"", ring} {
		hub := t.Name() + keyringFile
		out := new(consumertest.LogsSink)
		second := gate(t, map[string]any{"packs": packs, "hub": hub + "/second"}, out)
		tap, err := finding.HubNamed(hub + "/second").Take()
		require.NoError(t, err)
		defer tap.Close()

		before := new(consumertest.LogsSink)
		rec, err := NewFactory().CreateLogs(context.Background(), receivertest.NewNopSettings(metadata.Type), &Config{Hub: hub, Interval: time.Hour}, copied{before, second})
		require.NoError(t, err)
		require.NoError(t, rec.Start(context.Background(), componenttest.NewNopHost()))
		first := gate(t, map[string]any{"packs": packs, "hub": hub, "keyring": keyringFile, "destinations": []any{"otlp_grpc/gateway"}}, consumertest.NewNop())

		const n = 3000
		for i := range n {
			ld := plog.NewLogs()
			rl := ld.ResourceLogs().AppendEmpty()
			rl.Resource().Attributes().PutStr("service.name", fmt.Sprint("service-", i%40))
			rl.Resource().Attributes().PutStr("service.version", "1.4.2")
			rl.Resource().Attributes().PutStr("k8s.pod.name", "checkout-7d9f8b6c5d-x2x4z")
			sl := rl.ScopeLogs().AppendEmpty()
			sl.Scope().SetName("com.example.Payments")
			lr := sl.LogRecords().AppendEmpty()
			lr.SetSeverityText("DEBUG")
			lr.Body().SetStr(fmt.Sprintf("mail to user%d@example.com sent after 3 tries", i))
			lr.Attributes().PutStr("code.file.path", "src/main/java/com/example/Payments.java")
			lr.Attributes().PutInt("code.line.number", 4111)
			lr.Attributes().PutStr("user.email", fmt.Sprintf("someone%d@example.com", i))
			require.NoError(t, first.ConsumeLogs(context.Background(), ld))
		}
		require.NoError(t, rec.Shutdown(context.Background()))

		want, _ := findinglog.Read(before.AllLogs()[0])
		got, unread := findinglog.Read(out.AllLogs()[0])
		require.Zero(t, unread)
		require.Equal(t, 2*n, count(got))
		require.Equal(t, want, got)
		require.Empty(t, tap.Rows(), "findings were made of findings")
		for _, row := range got {
			require.Equal(t, "src/main/java/com/example/Payments.java", row.File)
			require.Equal(t, 4111, row.Line)
			require.Equal(t, "debug", row.Level)
			require.Equal(t, "com.example.Payments", row.Scope)
			require.Equal(t, []string{"otlp_grpc/gateway"}, row.Destinations)
			require.Equal(t, "checkout-7d9f8b6c5d-x2x4z", row.Resource.Get("k8s.pod.name"))
			require.Equal(t, "1.4.2", row.Resource.Get("service.version"))
		}
		var wire bytes.Buffer
		m := plog.ProtoMarshaler{}
		for _, ld := range out.AllLogs() {
			b, err := m.MarshalLogs(ld)
			require.NoError(t, err)
			wire.Write(b)
		}
		require.False(t, strings.Contains(wire.String(), "@example.com"), "a value is in a finding")
	}
}
