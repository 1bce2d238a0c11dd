package findingsreceiver

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/findinglog"
	"github.com/airtight-telemetry/airtight/receiver/findingsreceiver/internal/metadata"
)

type findings struct {
	config  *Config
	next    consumer.Logs
	logger  *zap.Logger
	hub     *finding.Hub
	builder *metadata.TelemetryBuilder

	tap    *finding.Tap
	stop   chan struct{}
	done   sync.WaitGroup
	unsent []finding.Row // what the pipeline did not take the last time
	// untold is what became of containments and the pipeline has not taken.
	untold []finding.ContainmentEvent
	lost   atomic.Int64
	// before is what the hub had lost before this receiver came.
	before int64
}

func newReceiver(set receiver.Settings, cfg *Config, next consumer.Logs) (*findings, error) {
	builder, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	f := &findings{config: cfg, next: next, logger: set.Logger, hub: finding.HubNamed(cfg.Hub), builder: builder, stop: make(chan struct{})}
	f.before = f.hub.Dropped()
	if err := builder.RegisterReceiverAirtightFindingsDroppedCallback(f.dropped); err != nil {
		builder.Shutdown()
		return nil, err
	}
	return f, nil
}

// Start implements component.Component.
func (f *findings) Start(context.Context, component.Host) error {
	tap, err := f.hub.Take()
	if err != nil {
		return err
	}
	f.tap = tap
	f.done.Go(f.run)
	return nil
}

// Shutdown implements component.Component. What was found so far is handed on. A
// Collector shuts its receivers down in an order of its own: what a processor finds
// after this in what is in flight is lost, and counted.
func (f *findings) Shutdown(ctx context.Context) error {
	if f.tap != nil {
		close(f.stop)
		f.done.Wait()
		f.send(ctx, f.tap.Close())
		f.giveUp()
		f.tell(ctx)
		f.tap = nil
	}
	f.builder.Shutdown()
	return nil
}

func (f *findings) run() {
	tick := time.NewTicker(f.config.Interval)
	defer tick.Stop()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		select {
		case <-f.stop:
			cancel() // a pipeline that blocks must not hold up the end
		case <-ctx.Done():
		}
	}()
	for {
		select {
		case <-f.stop:
			return
		case <-tick.C:
			f.send(ctx, f.tap.Rows())
			f.tell(ctx)
		}
	}
}

// send hands rows to the pipeline, after what it did not take the last time. What
// it refuses now is tried once more with the next; the hub keeps counting meanwhile
// and is bounded, and so nothing here grows.
func (f *findings) send(ctx context.Context, rows []finding.Row) {
	if len(f.unsent) > 0 {
		again := f.unsent
		f.unsent = nil
		if !f.push(ctx, again) {
			f.unsent = again
			f.giveUp()
		}
	}
	if len(rows) > 0 && !f.push(ctx, rows) {
		f.unsent = rows
	}
}

// push reports whether the pipeline is done with the rows.
func (f *findings) push(ctx context.Context, rows []finding.Row) bool {
	err := f.next.ConsumeLogs(ctx, findinglog.Write(rows, time.Now()))
	switch {
	case err == nil:
		f.builder.ReceiverAirtightFindingsReceived.Add(context.Background(), int64(count(rows)))
		return true
	case consumererror.IsPermanent(err):
		f.lost.Add(int64(count(rows)))
		f.logger.Warn("The pipeline refused findings; they are lost", zap.Int("findings", count(rows)), zap.Error(err))
		return true
	}
	return false
}

// maxUntold bounds what is kept for a pipeline that does not take it.
const maxUntold = 1024

// tell hands on what became of containments; what is not taken is tried again with the
// next, and beyond a bound the oldest go.
func (f *findings) tell(ctx context.Context) {
	f.untold = append(f.untold, f.tap.ContainmentEvents()...)
	f.untold = f.untold[max(0, len(f.untold)-maxUntold):]
	if len(f.untold) == 0 {
		return
	}
	err := f.next.ConsumeLogs(ctx, findinglog.WriteContainments(f.untold, time.Now()))
	switch {
	case err == nil:
		f.untold = nil
	case consumererror.IsPermanent(err):
		f.logger.Warn("The pipeline refused what became of containments; it is lost", zap.Int("events", len(f.untold)), zap.Error(err))
		f.untold = nil
	}
}

// giveUp counts what is still unsent as lost.
func (f *findings) giveUp() {
	if len(f.unsent) == 0 {
		return
	}
	f.lost.Add(int64(count(f.unsent)))
	f.logger.Warn("The pipeline did not take findings; they are lost", zap.Int("findings", count(f.unsent)))
	f.unsent = nil
}

func (f *findings) dropped(_ context.Context, o metric.Int64Observer) error {
	o.Observe(f.lost.Load() + f.hub.Dropped() - f.before)
	return nil
}

func count(rows []finding.Row) (n int) {
	for i := range rows {
		n += rows[i].Count
	}
	return n
}
