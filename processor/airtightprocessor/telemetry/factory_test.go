package telemetry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"go.opentelemetry.io/collector/service/telemetry"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/airtight-telemetry/airtight/internal/quiet"
)

const canary = "hunter2-canary"

// backend keeps what the Collector's own exporters send it.
type backend struct {
	mu       sync.Mutex
	received map[string]*bytes.Buffer
}

func (b *backend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var text []byte
	var err error
	switch r.URL.Path {
	case "/v1/logs":
		req := plogotlp.NewExportRequest()
		if err = req.UnmarshalProto(body); err == nil {
			text, err = req.MarshalJSON()
		}
	case "/v1/traces":
		req := ptraceotlp.NewExportRequest()
		if err = req.UnmarshalProto(body); err == nil {
			text, err = req.MarshalJSON()
		}
	case "/v1/metrics":
		req := pmetricotlp.NewExportRequest()
		if err = req.UnmarshalProto(body); err == nil {
			text, err = req.MarshalJSON()
		}
	default:
		err = errors.New("no such path")
	}
	if err != nil {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.received[r.URL.Path] == nil {
		b.received[r.URL.Path] = &bytes.Buffer{}
	}
	b.received[r.URL.Path].Write(text)
}

// The stock factory with everything it can export switched on, and the canary said
// to each of its providers.
func TestNothingIsToldByTheStockFactory(t *testing.T) {
	t.Cleanup(quiet.Add(quiet.Func(func(s string) string { return strings.ReplaceAll(s, canary, "[redacted]") })))
	b := &backend{received: map[string]*bytes.Buffer{}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: b}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })

	logFile := filepath.Join(t.TempDir(), "own.log")
	conf, err := confmap.NewRetrievedFromYAML(fmt.Appendf(nil, `
logs:
  level: debug
  output_paths: [%[2]q]
  initial_fields: {said: %[3]s}
  processors: [{batch: {exporter: {otlp: {protocol: http/protobuf, endpoint: "http://%[1]s"}}}}]
traces:
  level: detailed
  processors: [{batch: {exporter: {otlp: {protocol: http/protobuf, endpoint: "http://%[1]s"}}}}]
metrics:
  level: detailed
  readers: [{periodic: {exporter: {otlp: {protocol: http/protobuf, endpoint: "http://%[1]s"}}}}]
resource:
  note: %[3]s
`, l.Addr(), logFile, canary))
	if err != nil {
		t.Fatal(err)
	}
	asConf, err := conf.AsConf()
	if err != nil {
		t.Fatal(err)
	}
	factory := NewFactory()
	cfg := factory.CreateDefaultConfig()
	if err := asConf.Unmarshal(cfg); err != nil {
		t.Fatal(err)
	}

	ctx := context.Background()
	set := telemetry.Settings{BuildInfo: component.NewDefaultBuildInfo()}
	resource, schema, err := factory.CreateResource(ctx, set, cfg)
	if err != nil {
		t.Fatal(err)
	}
	set.Resource, set.SchemaURL = &resource, schema
	logger, stopLogger, err := factory.CreateLogger(ctx, telemetry.LoggerSettings{Settings: set, BuildZapLogger: zap.Config.Build}, cfg)
	if err != nil {
		t.Fatal(err)
	}
	meters, err := factory.CreateMeterProvider(ctx, telemetry.MeterSettings{Settings: set, Logger: logger}, cfg)
	if err != nil {
		t.Fatal(err)
	}
	tracers, err := factory.CreateTracerProvider(ctx, telemetry.TracerSettings{Settings: set, Logger: logger}, cfg)
	if err != nil {
		t.Fatal(err)
	}

	logger.With(zap.String("with", canary)).Error("the backend said "+canary, zap.Error(errors.New(canary)), zap.Any("any", map[string]any{"k": canary}))
	logger.Debug("debug", zap.Namespace("n"), zap.Strings("list", []string{canary}))
	otel.Handle(errors.New("the SDK said " + canary))
	_, span := tracers.Tracer("scope").Start(ctx, "span "+canary)
	span.SetAttributes(attribute.String("k", canary))
	span.RecordError(errors.New(canary))
	span.SetStatus(codes.Error, canary)
	span.End()
	counter, err := meters.Meter("scope").Int64Counter("counter")
	if err != nil {
		t.Fatal(err)
	}
	counter.Add(ctx, 1, metric.WithAttributes(attribute.String("host", canary)))

	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := errors.Join(tracers.Shutdown(ctx), meters.Shutdown(ctx), stopLogger.Shutdown(ctx)); err != nil {
		t.Fatal(err)
	}
	own, err := os.ReadFile(logFile)
	if err != nil {
		t.Fatal(err)
	}
	b.received["the log file"] = bytes.NewBuffer(own)
	for _, where := range []string{"/v1/logs", "/v1/traces", "/v1/metrics", "the log file"} {
		got := b.received[where]
		switch {
		case got == nil || !strings.Contains(got.String(), "[redacted]"):
			t.Errorf("%s: nothing came that was redacted", where)
		case strings.Contains(got.String(), canary):
			t.Errorf("%s: the canary came through", where)
		}
	}
}
