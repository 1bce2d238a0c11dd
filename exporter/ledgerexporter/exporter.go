package ledgerexporter

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/exporter/ledgerexporter/internal/metadata"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/findinglog"
	"github.com/airtight-telemetry/airtight/internal/ledger"
	"github.com/airtight-telemetry/airtight/internal/quiet"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// Why a finding is not in the ledger.
const (
	queueFull  = "queue_full"
	notTaken   = "not_taken"
	unreadable = "unreadable"
)

// findings stands before the queue: it takes the findings out of what comes, and
// keeps from the pipeline that there is no room for them.
type findings struct {
	exporter.Logs
	writer *writer
}

// ConsumeLogs implements consumer.Logs. It returns nil whatever happens.
func (f *findings) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	only, ok := findinglog.Only(ld)
	if !ok {
		return nil
	}
	if err := f.Logs.ConsumeLogs(ctx, only); err != nil {
		reason := notTaken
		if errors.Is(err, exporterhelper.ErrQueueIsFull) {
			reason = queueFull
		}
		rows, unread := findinglog.Read(only)
		n := count(rows) + unread
		f.writer.drop(n, reason)
		f.writer.complain("Findings are dropped before the ledger", zap.Int("findings", n), zap.Error(err))
	}
	return nil
}

// writer stands behind the queue and owns the ledger.
type writer struct {
	config    *Config
	logger    *zap.Logger
	telemetry component.TelemetrySettings
	builder   *metadata.TelemetryBuilder

	ledger     *ledger.Ledger
	server     *server
	teller     *teller
	complained atomic.Int64 // when, in nanoseconds since 1970
}

func (w *writer) start(ctx context.Context, host component.Host) error {
	catalogue, err := rule.Load(configs.Rules())
	if err != nil {
		return err
	}
	o := ledger.Options{
		Retention: w.config.Retention,
		Rules:     catalogue.Rules,
		Scrub:     quiet.BuiltIn().Scrub,
		Report:    func(err error) { w.complain("The ledger does not do as it should", zap.Error(err)) },
	}
	if w.config.Database.URL != "" {
		o.URL = string(w.config.Database.URL)
	} else {
		o.Path = w.config.Database.Path
	}
	for _, c := range w.config.Owners {
		o.Owners = append(o.Owners, ledger.Owner{Service: c.Service, Namespace: c.Namespace, Owner: c.Owner})
	}
	if w.teller, err = newTeller(ctx, w); err != nil {
		return err
	}
	o.Hub = finding.HubNamed(w.config.Hub)
	o.Watch = &ledger.WatchOptions{
		Learn: w.config.Watch.Learn, Quiet: w.config.Watch.Quiet, FalseAlarms: w.config.Watch.FalseAlarmEvery,
		ContainFor: w.config.Contain.For, ContainOn: w.config.Contain.On, Listener: w.teller,
	}
	if w.ledger, err = ledger.Open(ctx, o); err != nil {
		w.teller.Close(ctx)
		w.teller = nil
		return err
	}
	if w.config.HTTP.Endpoint == "" {
		return nil
	}
	w.server, err = serve(ctx, &w.config.HTTP, w.ledger, host, w.telemetry, o.Report)
	return err
}

// shutdown is called once the queue is empty, or has given up.
func (w *writer) shutdown(ctx context.Context) error {
	var errs []error
	if w.server != nil {
		errs = append(errs, w.server.shutdown(ctx))
	}
	if w.ledger != nil {
		errs = append(errs, w.ledger.Close())
	}
	if w.teller != nil {
		ctx, cancel := context.WithTimeout(ctx, grace)
		defer cancel()
		w.teller.Close(ctx)
	}
	w.builder.Shutdown()
	return errors.Join(errs...)
}

// push writes one request of the queue. A request may have waited on disk, in a
// persistent queue, since another version of the program ran.
func (w *writer) push(ctx context.Context, ld plog.Logs) error {
	rows, unread := findinglog.Read(ld)
	if unread > 0 {
		w.drop(unread, unreadable)
	}
	contained, illegible := findinglog.ReadContainments(ld)
	if illegible > 0 {
		w.drop(illegible, unreadable)
	}
	// First, since it may be done twice.
	if err := w.ledger.RecordContainments(ctx, contained); err != nil {
		return err
	}
	if err := w.ledger.Record(ctx, rows); err != nil {
		return err
	}
	if n := count(rows); n > 0 {
		w.builder.ExporterAirtightLedgerRecorded.Add(context.Background(), int64(n))
	}
	return nil
}

// count is how many findings the rows stand for.
func count(rows []finding.Row) (n int) {
	for i := range rows {
		n += rows[i].Count
	}
	return n
}

func (w *writer) drop(n int, reason string) {
	w.builder.ExporterAirtightLedgerDropped.Add(context.Background(), int64(n), metric.WithAttributes(attribute.String("reason", reason)))
}

// complainEvery keeps a ledger that is down from filling the log.
const complainEvery = 10 * time.Second

func (w *writer) complain(what string, fields ...zap.Field) {
	now := time.Now().UnixNano()
	last := w.complained.Load()
	if now-last >= int64(complainEvery) && w.complained.CompareAndSwap(last, now) {
		w.logger.Warn(what, fields...)
	}
}
