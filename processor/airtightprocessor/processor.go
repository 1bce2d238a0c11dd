package airtightprocessor

import (
	"context"
	"errors"

	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor/processorhelper"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/guard"
	"github.com/airtight-telemetry/airtight/internal/pdatawalk"
	"github.com/airtight-telemetry/airtight/internal/policy"
)

func (g *gate) processLogs(ctx context.Context, ld plog.Logs) (plog.Logs, error) {
	err := g.walk(ctx, field.Logs, func(s *guard.Session, lim pdatawalk.Limits) pdatawalk.Stats {
		return pdatawalk.Logs(s, ld, lim)
	})
	if err == nil && ld.ResourceLogs().Len() == 0 {
		err = processorhelper.ErrSkipProcessingData
	}
	return ld, err
}

func (g *gate) processTraces(ctx context.Context, td ptrace.Traces) (ptrace.Traces, error) {
	err := g.walk(ctx, field.Traces, func(s *guard.Session, lim pdatawalk.Limits) pdatawalk.Stats {
		return pdatawalk.Traces(s, td, lim)
	})
	if err == nil && td.ResourceSpans().Len() == 0 {
		err = processorhelper.ErrSkipProcessingData
	}
	return td, err
}

func (g *gate) processMetrics(ctx context.Context, md pmetric.Metrics) (pmetric.Metrics, error) {
	err := g.walk(ctx, field.Metrics, func(s *guard.Session, lim pdatawalk.Limits) pdatawalk.Stats {
		return pdatawalk.Metrics(s, md, lim)
	})
	if err == nil && md.ResourceMetrics().Len() == 0 {
		err = processorhelper.ErrSkipProcessingData
	}
	return md, err
}

// errUntouchable is permanent, since no retry changes what cannot be changed. What
// the walk panicked with is not told: it may hold a value.
var errUntouchable = consumererror.NewPermanent(errors.New("the batch could neither be examined nor cleared and was refused"))

// walk brings one batch through the gate.
func (g *gate) walk(ctx context.Context, signal field.Signal, walk func(*guard.Session, pdatawalk.Limits) pdatawalk.Stats) (err error) {
	defer func() {
		if recover() != nil {
			err = errUntouchable
		}
	}()
	var lim pdatawalk.Limits
	if p := g.guard.Policy(); p != nil {
		lim.MaxDepth = p.Limits.MaxDepth
		lim.DropTooDeep = p.OnError == policy.OnErrorDropRecord
	}
	s := g.guard.Session(ctx)
	stats := walk(s, lim)
	// A session that saw a panic is not given back: its scratch may be in use still.
	if stats.Panicked {
		g.logger.Error("Examining a batch panicked: all of its texts became tombstones")
	} else {
		s.Close()
	}
	g.observer.walked(signal, stats)
	return nil
}
