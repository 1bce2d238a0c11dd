package airtightprocessor

import (
	"context"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/airtight-telemetry/airtight/internal/action"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/pdatawalk"
	"github.com/airtight-telemetry/airtight/processor/airtightprocessor/internal/metadata"
)

// maxServices bounds the values of the attribute service, and so the number of
// series of the findings counter.
const maxServices = 100

// observer turns what a gate and its walks did into metrics. No attribute is a
// value or the name of a field.
type observer struct {
	builder *metadata.TelemetryBuilder

	mu       sync.Mutex
	services map[string]struct{}
}

var _ finding.ContainmentObserver = (*observer)(nil)

// Found implements finding.Observer. What the gate finds in the process's own log
// lines is no finding in telemetry.
func (o *observer) Found(f finding.Finding, n int) {
	if f.Signal == field.Text {
		return
	}
	did := f.Action
	if f.Exposed {
		did = action.None
	}
	add(o.builder.ProcessorAirtightFindings, n,
		attribute.String("rule", f.Rule),
		attribute.String("class", string(f.Class)),
		attribute.String("action", did.String()),
		attribute.String("signal", f.Signal.String()),
		attribute.String("place", f.Part.String()),
		attribute.String("service", o.service(f.Service)))
}

// Records implements finding.Observer. The gate sees texts only: records are
// counted by the walk, which sees those without any and knows what was dropped
// with a resource.
func (o *observer) Records(field.Signal, finding.Outcome, int) {}

// Bytes implements finding.Observer.
func (o *observer) Bytes(s field.Signal, n int) {
	if s != field.Text {
		add(o.builder.ProcessorAirtightBytes, n, attribute.String("signal", s.String()))
	}
}

// Tombstoned implements finding.Observer.
func (o *observer) Tombstoned(r field.Reason, n int) {
	add(o.builder.ProcessorAirtightTombstonedBytes, n, attribute.String("reason", r.String()))
}

// Suppressed implements finding.Observer.
func (o *observer) Suppressed(rule string, n int) {
	add(o.builder.ProcessorAirtightSuppressed, n, attribute.String("rule", rule))
}

// Contained implements finding.ContainmentObserver.
func (o *observer) Contained(s field.Signal, service string, n int) {
	add(o.builder.ProcessorAirtightContainedRecords, n,
		attribute.String("signal", s.String()),
		attribute.String("service", o.service(service)))
}

// walked reports a walk.
func (o *observer) walked(signal field.Signal, stats pdatawalk.Stats) {
	for outcome, n := range [...]int{
		finding.Clean:      stats.Clean,
		finding.Masked:     stats.Masked,
		finding.Tombstoned: stats.Tombstoned,
		finding.Dropped:    stats.Dropped,
	} {
		if n > 0 {
			add(o.builder.ProcessorAirtightRecords, n,
				attribute.String("signal", signal.String()),
				attribute.String("outcome", finding.Outcome(outcome).String()))
		}
	}
	if stats.TooDeepBytes > 0 {
		o.Tombstoned(field.ReasonDepth, int(stats.TooDeepBytes))
	}
}

func (o *observer) service(name string) string {
	if name == "" {
		return ""
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, known := o.services[name]; known {
		return name
	}
	if len(o.services) >= maxServices {
		return "other"
	}
	if o.services == nil {
		o.services = map[string]struct{}{}
	}
	o.services[name] = struct{}{}
	return name
}

func add(c metric.Int64Counter, n int, attributes ...attribute.KeyValue) {
	c.Add(context.Background(), int64(n), metric.WithAttributes(attributes...))
}
