package ledgerexporter

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exporterhelper"

	"github.com/airtight-telemetry/airtight/exporter/ledgerexporter/internal/metadata"
)

// NewFactory returns the factory of the ledger exporter.
func NewFactory() exporter.Factory {
	return exporter.NewFactory(
		metadata.Type,
		func() component.Config { return defaultConfig() },
		exporter.WithLogs(createLogs, metadata.LogsStability),
	)
}

func createLogs(ctx context.Context, set exporter.Settings, cfg component.Config) (exporter.Logs, error) {
	c := cfg.(*Config)
	builder, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	w := &writer{config: c, logger: set.Logger, telemetry: set.TelemetrySettings, builder: builder}
	queued, err := exporterhelper.NewLogs(ctx, set, cfg, w.push,
		exporterhelper.WithCapabilities(consumer.Capabilities{MutatesData: false}),
		exporterhelper.WithTimeout(c.TimeoutConfig),
		exporterhelper.WithRetry(c.BackOffConfig),
		exporterhelper.WithQueue(c.QueueConfig),
		exporterhelper.WithStart(w.start),
		exporterhelper.WithShutdown(w.shutdown),
	)
	if err != nil {
		builder.Shutdown()
		return nil, err
	}
	return &findings{Logs: queued, writer: w}, nil
}
