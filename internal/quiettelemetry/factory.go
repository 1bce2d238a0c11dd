// Package quiettelemetry puts a Collector's own logs, spans and metrics through
// the scrubbers of package quiet, whichever telemetry factory makes them.
package quiettelemetry

import (
	"context"
	"maps"
	"slices"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/service/telemetry"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/airtight-telemetry/airtight/internal/quiet"
)

// Wrap is the factory inner with a scrubber outside everything it makes. Zap
// options would not do: the stock factory tees its OTLP log exporter outside the
// cores they reach.
func Wrap(inner telemetry.Factory) telemetry.Factory {
	return telemetry.NewFactory(
		inner.CreateDefaultConfig,
		telemetry.WithCreateResource(func(ctx context.Context, set telemetry.Settings, cfg component.Config) (pcommon.Resource, string, error) {
			resource, schema, err := inner.CreateResource(ctx, set, cfg)
			if err == nil {
				scrubMap(resource.Attributes())
			}
			return resource, schema, err
		}),
		telemetry.WithCreateLogger(func(ctx context.Context, set telemetry.LoggerSettings, cfg component.Config) (*zap.Logger, component.ShutdownFunc, error) {
			// The resource and whatever inner says while it builds go to the cores of
			// its own, so these are wrapped as well.
			build := set.BuildZapLogger
			if build == nil {
				build = zap.Config.Build
			}
			set.BuildZapLogger = func(c zap.Config, options ...zap.Option) (*zap.Logger, error) {
				// Zap adds initial fields before any option: they are added behind the core.
				options = append(options, zap.WrapCore(quiet.Core))
				for _, key := range slices.Sorted(maps.Keys(c.InitialFields)) {
					options = append(options, zap.Fields(zap.Any(key, c.InitialFields[key])))
				}
				c.InitialFields = nil
				return build(c, options...)
			}
			logger, shutdown, err := inner.CreateLogger(ctx, set, cfg)
			if err != nil {
				return nil, nil, err
			}
			logger = logger.WithOptions(zap.WrapCore(quiet.Core))
			// The stock factory hands the SDK's errors to its logger as it was before.
			otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
				logger.Error("OpenTelemetry internal telemetry error", zap.Error(err))
			}))
			return logger, shutdown, nil
		}),
		telemetry.WithCreateMeterProvider(func(ctx context.Context, set telemetry.MeterSettings, cfg component.Config) (telemetry.MeterProvider, error) {
			p, err := inner.CreateMeterProvider(ctx, set, cfg)
			if err != nil {
				return nil, err
			}
			return meterProvider{quiet.MeterProvider(p), p.Shutdown}, nil
		}),
		telemetry.WithCreateTracerProvider(func(ctx context.Context, set telemetry.TracerSettings, cfg component.Config) (telemetry.TracerProvider, error) {
			p, err := inner.CreateTracerProvider(ctx, set, cfg)
			if err != nil {
				return nil, err
			}
			return tracerProvider{quiet.TracerProvider(p), p.Shutdown}, nil
		}),
	)
}

// LoggingOptions is what a Collector's LoggingOptions must hold beside the
// factory: the logger of last resort, which speaks when the config could not be
// loaded, is made without it.
func LoggingOptions() []zap.Option {
	return []zap.Option{zap.WrapCore(func(c zapcore.Core) zapcore.Core { return quiet.Core(c) })}
}

type meterProvider struct {
	metric.MeterProvider
	component.ShutdownFunc
}

type tracerProvider struct {
	trace.TracerProvider
	component.ShutdownFunc
}

// scrubMap cleans the texts of a resource in place. Keys are the config's own.
func scrubMap(m pcommon.Map) {
	for _, v := range m.All() {
		scrubValue(v)
	}
}

func scrubValue(v pcommon.Value) {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		v.SetStr(quiet.Text(v.Str()))
	case pcommon.ValueTypeMap:
		scrubMap(v.Map())
	case pcommon.ValueTypeSlice:
		for _, e := range v.Slice().All() {
			scrubValue(e)
		}
	}
}
