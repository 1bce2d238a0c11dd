// Package leantelemetry is a small telemetry factory for a Collector: logs by zap,
// metrics for a Prometheus scrape or to an OTLP server, no spans. The stock one,
// which also exports the Collector's own logs and spans, costs a third of an idle
// sidecar's memory (docs/decisions/0003-footprint.md).
package leantelemetry

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configtelemetry"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/service/telemetry"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// NewFactory is the factory. Its config keys are those of the stock one that it has.
func NewFactory() telemetry.Factory {
	return telemetry.NewFactory(
		func() component.Config { return defaultConfig() },
		telemetry.WithCreateResource(createResource),
		telemetry.WithCreateLogger(createLogger),
		telemetry.WithCreateMeterProvider(createMeterProvider),
	)
}

func defaultConfig() *Config {
	page := &PullConfig{}
	page.Exporter.Prometheus = &PrometheusConfig{Host: "localhost", Port: 8888}
	return &Config{
		Logs: LogsConfig{
			Level:    zapcore.InfoLevel,
			Encoding: "console",
			// A start that fails says why in one sentence; our own faults are found by tests.
			DisableStacktrace: true,
			Sampling:          SamplingConfig{Enabled: true, Tick: 10 * time.Second, Initial: 10, Thereafter: 100},
			OutputPaths:       []string{"stderr"},
			ErrorOutputPaths:  []string{"stderr"},
		},
		Metrics: MetricsConfig{
			Level:   configtelemetry.LevelNormal,
			Readers: []ReaderConfig{{Pull: page}},
		},
	}
}

// createResource names the process by the semantic conventions' three attributes,
// over which the config's are laid.
func createResource(_ context.Context, set telemetry.Settings, cfg component.Config) (pcommon.Resource, string, error) {
	attributes, err := cfg.(*Config).attributes()
	if err != nil {
		return pcommon.Resource{}, "", err
	}
	id, err := uuid.NewRandom()
	if err != nil {
		return pcommon.Resource{}, "", fmt.Errorf("no random service.instance.id: %w", err)
	}
	for name, value := range map[string]string{
		"service.name":        set.BuildInfo.Command,
		"service.version":     set.BuildInfo.Version,
		"service.instance.id": id.String(),
	} {
		if _, given := attributes[name]; !given {
			attributes[name] = value
		}
	}
	resource := pcommon.NewResource()
	for name, value := range attributes {
		if value == nil {
			continue
		}
		if err := resource.Attributes().PutEmpty(name).FromRaw(value); err != nil {
			return pcommon.Resource{}, "", fmt.Errorf("service::telemetry::resource::%s: %w", name, err)
		}
	}
	return resource, "", nil
}

// createLogger differs from the stock one in what it leaves out: the resource on
// every line, which names the process to nobody but itself, and the OTLP exporter.
func createLogger(_ context.Context, set telemetry.LoggerSettings, cfg component.Config) (*zap.Logger, component.ShutdownFunc, error) {
	c := cfg.(*Config).Logs
	encoder := zap.NewProductionEncoderConfig()
	encoder.EncodeTime = zapcore.ISO8601TimeEncoder
	logger, err := set.BuildZapLogger(zap.Config{
		Level:             zap.NewAtomicLevelAt(c.Level),
		Development:       c.Development,
		Encoding:          c.Encoding,
		EncoderConfig:     encoder,
		OutputPaths:       c.OutputPaths,
		ErrorOutputPaths:  c.ErrorOutputPaths,
		DisableCaller:     c.DisableCaller,
		DisableStacktrace: c.DisableStacktrace,
		InitialFields:     c.InitialFields,
	})
	if err != nil {
		return nil, nil, err
	}
	if s := c.Sampling; s.Enabled {
		logger = logger.WithOptions(zap.WrapCore(func(core zapcore.Core) zapcore.Core {
			return zapcore.NewSamplerWithOptions(core, s.Tick, s.Initial, s.Thereafter)
		}))
	}
	return logger, nil, nil
}
