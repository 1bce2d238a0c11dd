package airtightprocessor

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processortest"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	zapobserver "go.uber.org/zap/zaptest/observer"

	"github.com/airtight-telemetry/airtight/internal/configguard"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/processor/airtightprocessor/internal/metadata"
	"github.com/airtight-telemetry/airtight/processor/airtightprocessor/internal/metadatatest"
)

const (
	badge  = "BADGE-123456"
	masked = "[redacted:acme-badge]"
)

// configOf adds a rule of its own to keys: the shipped ones are tested elsewhere.
func configOf(t *testing.T, keys map[string]any) *Config {
	t.Helper()
	cfg := configguard.Default()
	if keys == nil {
		keys = map[string]any{}
	}
	keys["rules"] = []any{map[string]any{
		"id": "acme-badge", "class": "identity", "pattern": `\bBADGE-\d{6}\b`,
		"examples": map[string]any{"match": []any{badge}},
	}}
	require.NoError(t, confmap.NewFromStringMap(keys).Unmarshal(cfg))
	return cfg
}

// bench is a started processor of each signal on one configuration.
type bench struct {
	logs    processor.Logs
	traces  processor.Traces
	metrics processor.Metrics

	logsOut   *consumertest.LogsSink
	tracesOut *consumertest.TracesSink
	metricOut *consumertest.MetricsSink
	telemetry *componenttest.Telemetry
	lines     *zapobserver.ObservedLogs
}

func start(t *testing.T, cfg *Config) *bench {
	t.Helper()
	b := &bench{
		logsOut: new(consumertest.LogsSink), tracesOut: new(consumertest.TracesSink), metricOut: new(consumertest.MetricsSink),
		telemetry: componenttest.NewTelemetry(),
	}
	t.Cleanup(func() { require.NoError(t, b.telemetry.Shutdown(context.Background())) })
	set := processortest.NewNopSettings(metadata.Type)
	set.TelemetrySettings = b.telemetry.NewTelemetrySettings()
	var core zapcore.Core
	core, b.lines = zapobserver.New(zap.DebugLevel)
	set.Logger = zap.New(core)
	f := NewFactory()
	var err error
	ctx := context.Background()
	b.logs, err = f.CreateLogs(ctx, set, cfg, b.logsOut)
	require.NoError(t, err)
	b.traces, err = f.CreateTraces(ctx, set, cfg, b.tracesOut)
	require.NoError(t, err)
	b.metrics, err = f.CreateMetrics(ctx, set, cfg, b.metricOut)
	require.NoError(t, err)
	host := componenttest.NewNopHost()
	require.NoError(t, b.logs.Start(ctx, host))
	require.NoError(t, b.traces.Start(ctx, host))
	require.NoError(t, b.metrics.Start(ctx, host))
	t.Cleanup(func() {
		require.NoError(t, b.logs.Shutdown(ctx))
		require.NoError(t, b.traces.Shutdown(ctx))
		require.NoError(t, b.metrics.Shutdown(ctx))
	})
	return b
}

func logsOf(bodies ...string) plog.Logs {
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	rl.Resource().Attributes().PutStr("service.name", "checkout")
	sl := rl.ScopeLogs().AppendEmpty()
	for _, b := range bodies {
		sl.LogRecords().AppendEmpty().Body().SetStr(b)
	}
	return ld
}

func bodies(lds []plog.Logs) (out []string) {
	for _, ld := range lds {
		for _, rl := range ld.ResourceLogs().All() {
			for _, sl := range rl.ScopeLogs().All() {
				for _, lr := range sl.LogRecords().All() {
					out = append(out, lr.Body().AsString())
				}
			}
		}
	}
	return out
}

func TestEachSignalIsMasked(t *testing.T) {
	b := start(t, configOf(t, nil))
	ctx := context.Background()
	require.True(t, b.logs.Capabilities().MutatesData)

	require.NoError(t, b.logs.ConsumeLogs(ctx, logsOf("paid with "+badge, "nothing here")))
	require.Equal(t, []string{"paid with " + masked, "nothing here"}, bodies(b.logsOut.AllLogs()))

	td := ptrace.NewTraces()
	td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty().SetName("pay " + badge)
	require.NoError(t, b.traces.ConsumeTraces(ctx, td))
	require.Equal(t, "pay "+masked, b.tracesOut.AllTraces()[0].ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).Name())

	md := pmetric.NewMetrics()
	m := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName("payments")
	m.SetEmptyGauge().DataPoints().AppendEmpty().Attributes().PutStr("badge", badge)
	require.NoError(t, b.metrics.ConsumeMetrics(ctx, md))
	got, _ := b.metricOut.AllMetrics()[0].ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Gauge().DataPoints().At(0).Attributes().Get("badge")
	require.Regexp(t, `^\[redacted:acme-badge\]#[a-z2-7]{10}$`, got.Str())
}

func TestItCountsWhatItDid(t *testing.T) {
	cfg := configOf(t, map[string]any{"actions": map[string]any{"secret": "mask"}})
	b := start(t, cfg)
	ld := logsOf("paid with "+badge, "nothing here")
	deep := ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().AppendEmpty().Body()
	for range 60 {
		deep = deep.SetEmptySlice().AppendEmpty()
	}
	deep.SetStr("bottom")
	require.NoError(t, b.logs.ConsumeLogs(context.Background(), ld))
	require.Equal(t, 3, b.logsOut.LogRecordCount())

	ignore := metricdatatest.IgnoreTimestamp()
	count := func(n int64, kv ...attribute.KeyValue) metricdata.DataPoint[int64] {
		return metricdata.DataPoint[int64]{Value: n, Attributes: attribute.NewSet(kv...)}
	}
	logs := attribute.String("signal", "logs")
	metadatatest.AssertEqualProcessorAirtightRecords(t, b.telemetry, []metricdata.DataPoint[int64]{
		count(1, logs, attribute.String("outcome", "clean")),
		count(1, logs, attribute.String("outcome", "masked")),
		count(1, logs, attribute.String("outcome", "tombstoned")),
	}, ignore)
	metadatatest.AssertEqualProcessorAirtightFindings(t, b.telemetry, []metricdata.DataPoint[int64]{
		count(1, logs, attribute.String("rule", "acme-badge"), attribute.String("class", "identity"), attribute.String("action", "mask"),
			attribute.String("place", "body"), attribute.String("service", "checkout")),
	}, ignore)
	metadatatest.AssertEqualProcessorAirtightTombstonedBytes(t, b.telemetry, []metricdata.DataPoint[int64]{
		count(int64(len("bottom")), attribute.String("reason", field.ReasonDepth.String())),
	}, ignore)
	p, err := cfg.Load(time.Now())
	require.NoError(t, err)
	metadatatest.AssertEqualProcessorAirtightPolicyInfo(t, b.telemetry, []metricdata.DataPoint[int64]{
		count(1, attribute.String("fingerprint", p.Fingerprint), attribute.String("catalogue", p.Catalogue)),
	}, ignore)
	_, err = b.telemetry.GetMetric("otelcol_processor_airtight_bytes")
	require.NoError(t, err)
}

// A batch of which nothing is left is not sent on, and is no error to the sender.
func TestDroppedBatch(t *testing.T) {
	b := start(t, configOf(t, map[string]any{"actions": map[string]any{"acme-badge": "drop_record"}}))
	require.NoError(t, b.logs.ConsumeLogs(context.Background(), logsOf(badge)))
	require.Empty(t, b.logsOut.AllLogs())
	require.NoError(t, b.logs.ConsumeLogs(context.Background(), logsOf(badge, "kept")))
	require.Equal(t, []string{"kept"}, bodies(b.logsOut.AllLogs()))
}

func TestBadPolicy(t *testing.T) {
	keys := map[string]any{"policy_file": filepath.Join(t.TempDir(), "missing.yaml")}
	_, err := NewFactory().CreateLogs(context.Background(), processortest.NewNopSettings(metadata.Type), configOf(t, keys), consumertest.NewNop())
	require.ErrorContains(t, err, "missing.yaml")

	keys["on_bad_policy"] = "tombstone"
	b := start(t, configOf(t, keys))
	require.NoError(t, b.logs.ConsumeLogs(context.Background(), logsOf("anything")))
	require.Equal(t, []string{field.ReasonConfig.TombstoneText()}, bodies(b.logsOut.AllLogs()))
	require.Equal(t, 1, b.lines.FilterMessageSnippet("No policy is in force").Len())
}

func TestReload(t *testing.T) {
	file := filepath.Join(t.TempDir(), "policy.yaml")
	write := func(s string) { require.NoError(t, os.WriteFile(file, []byte(s), 0o600)) }
	write("mode: shadow\n")
	b := start(t, configOf(t, map[string]any{"policy_file": file}))
	see := func(want string) {
		t.Helper()
		require.Eventually(t, func() bool {
			b.logsOut.Reset()
			return b.logs.ConsumeLogs(context.Background(), logsOf(badge)) == nil && bodies(b.logsOut.AllLogs())[0] == want
		}, 10*time.Second, 20*time.Millisecond)
	}
	see(badge)
	write("mode: enforce\n")
	see(masked)
	write("mode: " + badge + "\n")
	require.Eventually(t, func() bool { return b.lines.FilterMessageSnippet("rejected").Len() == 1 }, 10*time.Second, 20*time.Millisecond)
	see(masked)
	for _, line := range b.lines.All() {
		require.NotContains(t, line.Message, badge)
		for _, v := range line.ContextMap() {
			if s, ok := v.(string); ok {
				require.False(t, strings.Contains(s, badge), "the policy's value is in a log line")
			}
		}
	}
	metadatatest.AssertEqualProcessorAirtightReloads(t, b.telemetry, []metricdata.DataPoint[int64]{
		{Value: 1, Attributes: attribute.NewSet(attribute.String("outcome", "applied"))},
		{Value: 1, Attributes: attribute.NewSet(attribute.String("outcome", "rejected"))},
	}, metricdatatest.IgnoreTimestamp())
}

// Pipelines that name one processor share its gate, and the last one closes it.
func TestGateIsShared(t *testing.T) {
	f := &factory{gates: map[*Config]*gate{}}
	set := processortest.NewNopSettings(metadata.Type)
	cfg := configguard.Default()
	a, err := f.acquire(set, cfg)
	require.NoError(t, err)
	b, err := f.acquire(set, cfg)
	require.NoError(t, err)
	require.Same(t, a, b)
	other, err := f.acquire(set, configguard.Default())
	require.NoError(t, err)
	require.NotSame(t, a, other)
	a.start()
	b.start()
	f.release(a)
	require.Len(t, f.gates, 2)
	f.release(b)
	f.release(other)
	require.Empty(t, f.gates)
}

// A source over the policy's limit is contained: counted, logged, and ended by a release.
func TestContainment(t *testing.T) {
	b := start(t, configOf(t, map[string]any{"hub": t.Name(), "contain": map[string]any{"over": 1, "for": "1h"}}))
	ctx, hub := context.Background(), finding.HubNamed(t.Name())
	see := func(sources int64, want ...string) {
		t.Helper()
		b.logsOut.Reset()
		require.NoError(t, b.logs.ConsumeLogs(ctx, logsOf(badge, "of ann and bob")))
		require.Equal(t, want, bodies(b.logsOut.AllLogs()))
		metadatatest.AssertEqualProcessorAirtightContainedSources(t, b.telemetry, []metricdata.DataPoint[int64]{{Value: sources}}, metricdatatest.IgnoreTimestamp())
	}
	see(0, masked, "of ann and bob")
	see(1, masked, "[redacted:contained] of ann and bob")
	require.Len(t, hub.Containments(), 1)
	require.Equal(t, "policy of airtight", hub.Containments()[0].By)
	require.True(t, hub.Release("checkout", ""))
	see(0, masked, "of ann and bob")
	require.NoError(t, hub.Contain(finding.Containment{Service: "checkout", Until: time.Now().Add(time.Hour), Reason: "incident 7", By: "ledger"}))
	see(1, masked, "[redacted:contained] of ann and bob")
	metadatatest.AssertEqualProcessorAirtightContainedRecords(t, b.telemetry, []metricdata.DataPoint[int64]{
		{Value: 2, Attributes: attribute.NewSet(attribute.String("signal", "logs"), attribute.String("service", "checkout"))},
	}, metricdatatest.IgnoreTimestamp())
	started := b.lines.FilterMessageSnippet("A source is contained").All()
	require.Len(t, started, 3) // the limit's, the order's, and again the limit's in the last batch
	require.Equal(t, "checkout", started[1].ContextMap()["service"])
	require.Equal(t, "incident 7", started[1].ContextMap()["reason"])
	require.Equal(t, 1, b.lines.FilterMessageSnippet("no longer contained").Len())
}

// TestTimeToContainment sends batches of two services, of which one leaks with every
// tenth record, and prints how long the batch took that brought it over the limit: what
// passes between the finding over the limit and the first contained record.
func TestTimeToContainment(t *testing.T) {
	b := start(t, configOf(t, map[string]any{"hub": t.Name(), "contain": map[string]any{"over": 100}}))
	const records = 100
	passed := 0
	for batch := range 20 {
		ld := plog.NewLogs()
		for _, service := range []string{"leaky", "other"} {
			rl := ld.ResourceLogs().AppendEmpty()
			rl.Resource().Attributes().PutStr("service.name", service)
			for i := range records {
				body := rl.ScopeLogs().AppendEmpty().LogRecords().AppendEmpty().Body()
				if body.SetStr("order of the usual kind was paid"); service == "leaky" && i%10 == 0 {
					body.SetStr("order paid with " + badge)
				}
			}
		}
		want := plog.NewLogs()
		ld.ResourceLogs().At(1).CopyTo(want.ResourceLogs().AppendEmpty())
		before := time.Now()
		require.NoError(t, b.logs.ConsumeLogs(context.Background(), ld))
		took := time.Since(before)
		out := b.logsOut.AllLogs()[batch]
		require.Equal(t, bodies([]plog.Logs{want}), bodies([]plog.Logs{out})[records:], "another source is changed")
		contained := strings.Count(strings.Join(bodies([]plog.Logs{out}), "\n"), "[redacted:contained]")
		over := (batch+1)*records/10 > 100
		if over {
			passed += records - contained
			require.Equal(t, records, contained)
		} else {
			require.Zero(t, contained)
		}
		if over && batch == 10 {
			t.Logf("from the finding over the limit to the first contained record: %.2f ms, of which all is the gate's work on that batch of %d records", float64(took.Microseconds())/1000, 2*records)
		}
	}
	t.Logf("%d records of the source passed uncontained after it, in 10 batches", passed)
}

// Data that cannot be changed is refused, not passed and not a crash.
func TestReadOnlyDataIsRefused(t *testing.T) {
	b := start(t, configOf(t, nil))
	ld := logsOf(badge)
	ld.MarkReadOnly()
	err := b.logs.ConsumeLogs(context.Background(), ld)
	require.Error(t, err)
	require.True(t, consumererror.IsPermanent(err))
	require.Empty(t, b.logsOut.AllLogs())
}

func TestServiceIsCapped(t *testing.T) {
	o := &observer{}
	for i := range maxServices {
		name := "service-" + strings.Repeat("x", i)
		require.Equal(t, name, o.service(name))
	}
	require.Equal(t, "other", o.service("one-more"))
	require.Equal(t, "service-", o.service("service-"))
	require.Equal(t, "", o.service(""))
}
