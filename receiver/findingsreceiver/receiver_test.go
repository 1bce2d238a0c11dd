package findingsreceiver

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/receivertest"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/findinglog"
	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/receiver/findingsreceiver/internal/metadata"
)

func event(i int) finding.Event {
	return finding.Event{
		Finding:     finding.Finding{Rule: "jwt", Class: rule.Secret, Service: "checkout"},
		Origin:      finding.Origin{Resource: finding.NewAttrs([][2]string{{"service.name", "checkout"}})},
		Fingerprint: fmt.Sprint("k1:", i),
	}
}

// pipeline takes logs, or does not.
type pipeline struct {
	mu     sync.Mutex
	answer error
	block  bool
	sum    int
}

func (p *pipeline) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	p.mu.Lock()
	answer, block := p.answer, p.block
	p.mu.Unlock()
	if block {
		<-ctx.Done()
		return ctx.Err()
	}
	if answer != nil {
		return answer
	}
	rows, _ := findinglog.Read(ld)
	p.mu.Lock()
	p.sum += count(rows)
	p.mu.Unlock()
	return nil
}

func (p *pipeline) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

func (p *pipeline) got() int { p.mu.Lock(); defer p.mu.Unlock(); return p.sum }

func (p *pipeline) say(err error) { p.mu.Lock(); defer p.mu.Unlock(); p.answer = err }

func start(t *testing.T, interval time.Duration, next consumer.Logs) (receiver.Logs, finding.Sink, *componenttest.Telemetry) {
	t.Helper()
	tel := componenttest.NewTelemetry()
	t.Cleanup(func() { require.NoError(t, tel.Shutdown(context.Background())) })
	set := receivertest.NewNopSettings(metadata.Type)
	set.TelemetrySettings = tel.NewTelemetrySettings()
	cfg := &Config{Hub: t.Name(), Interval: interval}
	require.NoError(t, cfg.Validate())
	r, err := NewFactory().CreateLogs(context.Background(), set, cfg, next)
	require.NoError(t, err)
	require.NoError(t, r.Start(context.Background(), componenttest.NewNopHost()))
	return r, finding.HubNamed(t.Name()).Sink(nil), tel
}

// lost is what the receiver reports as dropped.
func lost(t *testing.T, tel *componenttest.Telemetry) (n int64) {
	t.Helper()
	m, err := tel.GetMetric("otelcol_receiver_airtight_findings_dropped")
	require.NoError(t, err)
	if sum, ok := m.Data.(metricdata.Sum[int64]); ok {
		for _, p := range sum.DataPoints {
			n += p.Value
		}
	}
	return n
}

func TestFindingsArrive(t *testing.T) {
	next := &pipeline{}
	r, sink, _ := start(t, minInterval, next)
	for i := range 10 {
		sink.Publish([]finding.Event{event(i), event(i), event(0)})
	}
	require.Eventually(t, func() bool { return next.got() == 30 }, 5*time.Second, 5*time.Millisecond)
	require.NoError(t, r.Shutdown(context.Background()))
}

func TestShutdownFlushes(t *testing.T) {
	next := &pipeline{}
	r, sink, _ := start(t, time.Hour, next)
	sink.Publish([]finding.Event{event(0), event(1)})
	require.Zero(t, next.got())
	require.NoError(t, r.Shutdown(context.Background()))
	require.Equal(t, 2, next.got())
	require.False(t, sink.Listening())
}

// TestRefusedFindings: a pipeline that can't take findings now gets them again, one
// that will not is not asked twice, and what is lost is counted.
func TestRefusedFindings(t *testing.T) {
	next := &pipeline{answer: errors.New("full")}
	r, sink, tel := start(t, minInterval, next)
	sink.Publish([]finding.Event{event(0), event(1)})
	time.Sleep(minInterval * 3 / 2)
	next.say(nil)
	require.Eventually(t, func() bool { return next.got() == 2 }, 5*time.Second, 5*time.Millisecond)
	require.Zero(t, lost(t, tel))

	next.say(consumererror.NewPermanent(errors.New("no")))
	sink.Publish([]finding.Event{event(0), event(1), event(2)})
	require.Eventually(t, func() bool { return lost(t, tel) == 3 }, 5*time.Second, 5*time.Millisecond)

	next.say(errors.New("full"))
	sink.Publish([]finding.Event{event(0)})
	require.Eventually(t, func() bool { return lost(t, tel) == 4 }, 5*time.Second, 5*time.Millisecond)
	require.NoError(t, r.Shutdown(context.Background()))
}

// TestPublishNeverWaits: while the pipeline takes nothing, gates go on, and the end
// comes all the same.
func TestPublishNeverWaits(t *testing.T) {
	next := &pipeline{block: true}
	r, sink, _ := start(t, minInterval, next)
	began := time.Now()
	for time.Since(began) < 3*minInterval {
		sink.Publish([]finding.Event{event(0)})
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	require.NoError(t, r.Shutdown(ctx))
	require.Less(t, time.Since(began), 5*time.Second)
}

func TestOneReceiverPerHub(t *testing.T) {
	r, _, _ := start(t, time.Hour, consumertest.NewNop())
	second, err := NewFactory().CreateLogs(context.Background(), receivertest.NewNopSettings(metadata.Type), &Config{Hub: t.Name(), Interval: time.Hour}, consumertest.NewNop())
	require.NoError(t, err)
	require.ErrorContains(t, second.Start(context.Background(), componenttest.NewNopHost()), "another receiver")
	require.NoError(t, second.Shutdown(context.Background()))
	require.NoError(t, r.Shutdown(context.Background()))
}

func TestConfig(t *testing.T) {
	for _, c := range []struct {
		config Config
		want   string
	}{
		{*defaultConfig(), ""},
		{Config{Hub: "", Interval: time.Second}, "hub: must not be empty: leave the key out for the default hub"},
		{Config{Hub: "x"}, "interval: must be at least 100ms, such as 10s"},
	} {
		got := ""
		if err := c.config.Validate(); err != nil {
			got = err.Error()
		}
		require.Equal(t, c.want, got)
	}
}

// TestContainmentsArrive: what becomes of a containment goes the way of findings, and
// again if it was not taken.
func TestContainmentsArrive(t *testing.T) {
	next := new(consumertest.LogsSink)
	gate := &pipeline{answer: errors.New("full")}
	both, err := consumer.NewLogs(func(ctx context.Context, ld plog.Logs) error {
		if err := gate.ConsumeLogs(ctx, ld); err != nil {
			return err
		}
		return next.ConsumeLogs(ctx, ld)
	})
	require.NoError(t, err)
	r, _, _ := start(t, minInterval, both)
	hub := finding.HubNamed(t.Name())
	require.NoError(t, hub.Contain(finding.Containment{Service: "cart", Until: time.Now().Add(time.Hour), Reason: "incident", By: "ledger"}))
	time.Sleep(minInterval * 3 / 2)
	gate.say(nil)
	changes := func() (all []finding.Change) {
		for _, ld := range next.AllLogs() {
			events, _ := findinglog.ReadContainments(ld)
			for _, e := range events {
				all = append(all, e.Change)
			}
		}
		return all
	}
	require.Eventually(t, func() bool { return len(changes()) == 1 }, 5*time.Second, 5*time.Millisecond)
	hub.Release("cart", "")
	require.NoError(t, r.Shutdown(context.Background()))
	require.Equal(t, []finding.Change{finding.ContainmentStarted, finding.ContainmentReleased}, changes())
}
