package leantelemetry

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/otlptranslator"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configtelemetry"
	"go.opentelemetry.io/collector/service/telemetry"
	otelconf "go.opentelemetry.io/contrib/otelconf/v0.3.0"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
)

// meterProvider is a provider with what has to end with it.
type meterProvider struct {
	metric.MeterProvider
	component.ShutdownFunc
}

func createMeterProvider(ctx context.Context, set telemetry.MeterSettings, cfg component.Config) (telemetry.MeterProvider, error) {
	c := cfg.(*Config).Metrics
	if c.Level == configtelemetry.LevelNone {
		return meterProvider{MeterProvider: noop.NewMeterProvider()}, nil
	}
	var options []sdkmetric.Option
	if set.Resource != nil {
		var attributes []attribute.KeyValue
		for name, value := range set.Resource.Attributes().All() {
			attributes = append(attributes, attribute.String(name, value.AsString()))
		}
		options = append(options, sdkmetric.WithResource(resource.NewSchemaless(attributes...)))
	}
	if set.DefaultViews != nil {
		for _, v := range set.DefaultViews(c.Level) {
			options = append(options, sdkmetric.WithView(view(v)))
		}
	}
	var servers []*http.Server
	stop := func(ctx context.Context) error {
		var errs []error
		for _, s := range servers {
			errs = append(errs, s.Shutdown(ctx))
		}
		return errors.Join(errs...)
	}
	for i, r := range c.Readers {
		reader, server, err := newReader(ctx, r)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("service::telemetry::metrics::readers::%d: %w", i, err), stop(ctx))
		}
		options = append(options, sdkmetric.WithReader(reader))
		if server != nil {
			servers = append(servers, server)
		}
	}
	provider := sdkmetric.NewMeterProvider(options...)
	return meterProvider{provider, func(ctx context.Context) error {
		return errors.Join(provider.Shutdown(ctx), stop(ctx))
	}}, nil
}

func newReader(ctx context.Context, r ReaderConfig) (sdkmetric.Reader, *http.Server, error) {
	if r.Pull != nil {
		return newPage(ctx, *r.Pull.Exporter.Prometheus)
	}
	exporter, err := newExporter(ctx, *r.Periodic.Exporter.OTLP)
	if err != nil {
		return nil, nil, err
	}
	// Zero leaves the SDK's defaults.
	return sdkmetric.NewPeriodicReader(exporter,
		sdkmetric.WithInterval(milliseconds(r.Periodic.Interval)),
		sdkmetric.WithTimeout(milliseconds(r.Periodic.Timeout))), nil, nil
}

// newPage serves /metrics. Names are escaped, so that a scraper of any age reads them.
func newPage(ctx context.Context, c PrometheusConfig) (sdkmetric.Reader, *http.Server, error) {
	registry := prometheus.NewRegistry()
	reader, err := otelprometheus.New(
		otelprometheus.WithRegisterer(registry),
		otelprometheus.WithoutScopeInfo(),
		otelprometheus.WithTranslationStrategy(otlptranslator.UnderscoreEscapingWithoutSuffixes),
	)
	if err != nil {
		return nil, nil, err
	}
	if c.Host == "" {
		c.Host = "localhost"
	}
	address := net.JoinHostPort(strings.Trim(c.Host, "[]"), strconv.Itoa(c.Port))
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, nil, fmt.Errorf("the Prometheus page can't be served, choose another pull::exporter::prometheus::port: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	server := &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: 5 * time.Second,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
	}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			otel.Handle(fmt.Errorf("the Prometheus page is no longer served: %w", err))
		}
	}()
	return reader, server, nil
}

func newExporter(ctx context.Context, c OTLPConfig) (sdkmetric.Exporter, error) {
	headers := make(map[string]string, len(c.Headers))
	for _, h := range c.Headers {
		headers[h.Name] = string(h.Value)
	}
	isURL := strings.Contains(c.Endpoint, "://")
	if c.Protocol == "grpc" {
		o := []otlpmetricgrpc.Option{otlpmetricgrpc.WithHeaders(headers)}
		if isURL {
			o = append(o, otlpmetricgrpc.WithEndpointURL(c.Endpoint))
		} else {
			o = append(o, otlpmetricgrpc.WithEndpoint(c.Endpoint))
		}
		if c.Insecure {
			o = append(o, otlpmetricgrpc.WithInsecure())
		}
		if c.Timeout > 0 {
			o = append(o, otlpmetricgrpc.WithTimeout(milliseconds(c.Timeout)))
		}
		return otlpmetricgrpc.New(ctx, o...)
	}
	o := []otlpmetrichttp.Option{otlpmetrichttp.WithHeaders(headers)}
	if isURL {
		o = append(o, otlpmetrichttp.WithEndpointURL(c.Endpoint))
	} else {
		o = append(o, otlpmetrichttp.WithEndpoint(c.Endpoint))
	}
	if c.Insecure {
		o = append(o, otlpmetrichttp.WithInsecure())
	}
	if c.Timeout > 0 {
		o = append(o, otlpmetrichttp.WithTimeout(milliseconds(c.Timeout)))
	}
	return otlpmetrichttp.New(ctx, o...)
}

func milliseconds(n int) time.Duration { return time.Duration(n) * time.Millisecond }

// view turns one of the Collector's own views, which drop a stream or some of its
// attributes, into the SDK's.
func view(v otelconf.View) sdkmetric.View {
	var instrument sdkmetric.Instrument
	if s := v.Selector; s != nil {
		instrument = sdkmetric.Instrument{
			Name:  text(s.InstrumentName),
			Scope: instrumentation.Scope{Name: text(s.MeterName), Version: text(s.MeterVersion)},
		}
	}
	var stream sdkmetric.Stream
	if s := v.Stream; s != nil {
		if s.Aggregation != nil && s.Aggregation.Drop != nil {
			stream.Aggregation = sdkmetric.AggregationDrop{}
		}
		if keys := s.AttributeKeys; keys != nil {
			stream.AttributeFilter = func(kv attribute.KeyValue) bool {
				return !slices.Contains(keys.Excluded, string(kv.Key)) &&
					(len(keys.Included) == 0 || slices.Contains(keys.Included, string(kv.Key)))
			}
		}
	}
	return sdkmetric.NewView(instrument, stream)
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
