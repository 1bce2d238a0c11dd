package leantelemetry

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/config/configtelemetry"
	"go.uber.org/zap/zapcore"
)

// Config is `service::telemetry`. The keys are the stock factory's, as many of
// them as this one has; any other key is an error.
type Config struct {
	Logs     LogsConfig     `mapstructure:"logs"`
	Metrics  MetricsConfig  `mapstructure:"metrics"`
	Traces   TracesConfig   `mapstructure:"traces"`
	Resource map[string]any `mapstructure:"resource"`
}

// LogsConfig is what zap needs to know.
type LogsConfig struct {
	Level             zapcore.Level  `mapstructure:"level"`    // default info
	Encoding          string         `mapstructure:"encoding"` // console, the default, or json
	Development       bool           `mapstructure:"development"`
	DisableCaller     bool           `mapstructure:"disable_caller"`
	DisableStacktrace bool           `mapstructure:"disable_stacktrace"` // default true
	Sampling          SamplingConfig `mapstructure:"sampling"`
	OutputPaths       []string       `mapstructure:"output_paths"`       // default stderr
	ErrorOutputPaths  []string       `mapstructure:"error_output_paths"` // default stderr
	InitialFields     map[string]any `mapstructure:"initial_fields"`
}

// SamplingConfig thins out repetition: of equal messages within a tick the first
// ones are logged, thereafter every so many.
type SamplingConfig struct {
	Enabled    bool          `mapstructure:"enabled"` // default true
	Tick       time.Duration `mapstructure:"tick"`    // default 10s
	Initial    int           `mapstructure:"initial"`
	Thereafter int           `mapstructure:"thereafter"`
}

// MetricsConfig says how much is measured and where it goes. By default there is
// one reader, a Prometheus page at http://localhost:8888/metrics.
type MetricsConfig struct {
	Level   configtelemetry.Level `mapstructure:"level"` // default normal
	Readers []ReaderConfig        `mapstructure:"readers"`
}

// ReaderConfig is one way out for the metrics, pull or periodic.
type ReaderConfig struct {
	Pull     *PullConfig     `mapstructure:"pull"`
	Periodic *PeriodicConfig `mapstructure:"periodic"`
}

// PullConfig is a page that is scraped.
type PullConfig struct {
	Exporter struct {
		Prometheus *PrometheusConfig `mapstructure:"prometheus"`
	} `mapstructure:"exporter"`
}

// PrometheusConfig is where the page stands. The names on it are the stock
// factory's default ones, without suffixes for unit and type; the keys that say so
// are taken and change nothing.
type PrometheusConfig struct {
	Host              string `mapstructure:"host"` // default localhost
	Port              int    `mapstructure:"port"` // default 8888; 0 is any free port
	WithoutScopeInfo  *bool  `mapstructure:"without_scope_info"`
	WithoutUnits      *bool  `mapstructure:"without_units"`
	WithoutTypeSuffix *bool  `mapstructure:"without_type_suffix"`
}

// PeriodicConfig is an OTLP server that is sent to.
type PeriodicConfig struct {
	Interval int `mapstructure:"interval"` // milliseconds, default 60000
	Timeout  int `mapstructure:"timeout"`  // milliseconds, default 30000
	Exporter struct {
		OTLP *OTLPConfig `mapstructure:"otlp"`
	} `mapstructure:"exporter"`
}

// OTLPConfig is how the server is reached.
type OTLPConfig struct {
	Protocol string         `mapstructure:"protocol"` // grpc or http/protobuf
	Endpoint string         `mapstructure:"endpoint"` // a URL, or host:port for gRPC
	Insecure bool           `mapstructure:"insecure"`
	Headers  []HeaderConfig `mapstructure:"headers"`
	Timeout  int            `mapstructure:"timeout"` // milliseconds, default 10000
}

// HeaderConfig is a header sent along, a token for one.
type HeaderConfig struct {
	Name  string              `mapstructure:"name"`
	Value configopaque.String `mapstructure:"value"`
}

// TracesConfig is there so that `level: none` may be said.
type TracesConfig struct {
	Level      string `mapstructure:"level"`
	Processors []any  `mapstructure:"processors"`
}

// Validate checks what the types don't.
func (c *Config) Validate() error {
	if c.Logs.Encoding != "console" && c.Logs.Encoding != "json" {
		return errors.New("logs::encoding is neither console nor json; choose one")
	}
	if c.Traces.Level != "" && c.Traces.Level != "none" || len(c.Traces.Processors) > 0 {
		return errors.New("traces: this distribution makes no spans of its own; remove the key, or build one with processor/airtightprocessor/telemetry")
	}
	if _, err := c.attributes(); err != nil {
		return err
	}
	if c.Metrics.Level == configtelemetry.LevelNone {
		return nil
	}
	if len(c.Metrics.Readers) == 0 {
		return errors.New("metrics::readers is empty; name a reader, or set metrics::level to none")
	}
	for i, r := range c.Metrics.Readers {
		if err := r.validate(); err != nil {
			return fmt.Errorf("metrics::readers::%d: %w", i, err)
		}
	}
	return nil
}

func (r ReaderConfig) validate() error {
	switch {
	case (r.Pull == nil) == (r.Periodic == nil):
		return errors.New("name either pull or periodic")
	case r.Pull != nil && r.Pull.Exporter.Prometheus == nil:
		return errors.New("pull::exporter: the exporter is prometheus")
	case r.Pull != nil:
		p := r.Pull.Exporter.Prometheus
		for _, b := range []*bool{p.WithoutScopeInfo, p.WithoutUnits, p.WithoutTypeSuffix} {
			if b != nil && !*b {
				return errors.New("pull::exporter::prometheus: names come without scope, unit and type; remove the without_ keys")
			}
		}
		if p.Port < 0 || p.Port > 65535 {
			return errors.New("pull::exporter::prometheus::port is no port; choose one from 0 to 65535")
		}
		return nil
	case r.Periodic.Exporter.OTLP == nil:
		return errors.New("periodic::exporter: the exporter is otlp")
	}
	o := r.Periodic.Exporter.OTLP
	if !slices.Contains([]string{"grpc", "http/protobuf"}, o.Protocol) {
		return errors.New("periodic::exporter::otlp::protocol is neither grpc nor http/protobuf; choose one")
	}
	if o.Endpoint == "" {
		return errors.New("periodic::exporter::otlp::endpoint is missing; name the server")
	}
	if r.Periodic.Interval < 0 || r.Periodic.Timeout < 0 || o.Timeout < 0 {
		return errors.New("periodic: interval and timeout are milliseconds, 0 or more")
	}
	return nil
}

// attributes are the resource's, given as a map of names or as the list
// `attributes` of names and values. A nil value takes a default attribute away.
func (c *Config) attributes() (map[string]any, error) {
	out := make(map[string]any, len(c.Resource))
	for name, value := range c.Resource {
		if name != "attributes" {
			if _, ok := value.(string); !ok && value != nil {
				return nil, fmt.Errorf("resource::%s: the value is no string; quote it", name)
			}
			out[name] = value
			continue
		}
		list, ok := value.([]any)
		if !ok {
			return nil, errors.New("resource::attributes: give a list of {name, value}")
		}
		for i, e := range list {
			m, _ := e.(map[string]any)
			name, _ := m["name"].(string)
			if name == "" {
				return nil, fmt.Errorf("resource::attributes::%d: the name is missing", i)
			}
			out[name] = m["value"]
		}
	}
	return out, nil
}
