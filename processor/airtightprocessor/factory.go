package airtightprocessor

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processorhelper"

	"github.com/airtight-telemetry/airtight/internal/configguard"
	"github.com/airtight-telemetry/airtight/processor/airtightprocessor/internal/metadata"
)

// NewFactory returns the factory of the airtight processor. There is none for
// profiles: a profiles pipeline that names the processor does not start.
func NewFactory() processor.Factory {
	f := &factory{gates: map[*Config]*gate{}}
	return processor.NewFactory(
		metadata.Type,
		func() component.Config { return configguard.Default() },
		processor.WithLogs(f.createLogs, metadata.LogsStability),
		processor.WithTraces(f.createTraces, metadata.TracesStability),
		processor.WithMetrics(f.createMetrics, metadata.MetricsStability),
	)
}

func (f *factory) createLogs(ctx context.Context, set processor.Settings, cfg component.Config, next consumer.Logs) (processor.Logs, error) {
	g, err := f.acquire(set, cfg.(*Config))
	if err != nil {
		return nil, err
	}
	return processorhelper.NewLogs(ctx, set, cfg, next, g.processLogs, f.options(g)...)
}

func (f *factory) createTraces(ctx context.Context, set processor.Settings, cfg component.Config, next consumer.Traces) (processor.Traces, error) {
	g, err := f.acquire(set, cfg.(*Config))
	if err != nil {
		return nil, err
	}
	return processorhelper.NewTraces(ctx, set, cfg, next, g.processTraces, f.options(g)...)
}

func (f *factory) createMetrics(ctx context.Context, set processor.Settings, cfg component.Config, next consumer.Metrics) (processor.Metrics, error) {
	g, err := f.acquire(set, cfg.(*Config))
	if err != nil {
		return nil, err
	}
	return processorhelper.NewMetrics(ctx, set, cfg, next, g.processMetrics, f.options(g)...)
}

func (f *factory) options(g *gate) []processorhelper.Option {
	return []processorhelper.Option{
		processorhelper.WithCapabilities(consumer.Capabilities{MutatesData: true}),
		processorhelper.WithStart(func(context.Context, component.Host) error { g.start(); return nil }),
		processorhelper.WithShutdown(func(context.Context) error { f.release(g); return nil }),
	}
}
