package leantelemetry

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configtelemetry"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/service/telemetry"
	otelconf "go.opentelemetry.io/contrib/otelconf/v0.3.0"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"
	"google.golang.org/grpc"

	"github.com/airtight-telemetry/airtight/internal/loopback"
)

func read(t *testing.T, yaml string) (*Config, error) {
	t.Helper()
	retrieved, err := confmap.NewRetrievedFromYAML([]byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	conf, err := retrieved.AsConf()
	if err != nil {
		t.Fatal(err)
	}
	cfg := defaultConfig()
	if err := conf.Unmarshal(cfg); err != nil {
		return nil, err
	}
	return cfg, cfg.Validate()
}

func TestConfig(t *testing.T) {
	for yaml, fault := range map[string]string{
		``: "",
		`{logs: {level: debug, encoding: json, sampling: {enabled: false}}}`: "",
		`{metrics: {level: none}}`:              "",
		`{metrics: {level: none, readers: []}}`: "",
		`{metrics: {readers: [{pull: {exporter: {prometheus: {host: 0.0.0.0, port: 0}}}}]}}`:                              "",
		`{metrics: {readers: [{periodic: {interval: 10, exporter: {otlp: {protocol: grpc, endpoint: "localhost:1"}}}}]}}`: "",
		`{traces: {level: none}}`:                                                 "",
		`{resource: {service.name: x, gone: null}}`:                               "",
		`{resource: {attributes: [{name: a, value: 1}]}}`:                         "",
		`{logs: {encoding: xml}}`:                                                 "logs::encoding",
		`{logs: {levle: info}}`:                                                   "levle",
		`{logs: {processors: []}}`:                                                "processors",
		`{traces: {level: basic}}`:                                                "makes no spans",
		`{metrics: {readers: []}}`:                                                "metrics::readers is empty",
		`{metrics: {readers: [{}]}}`:                                              "metrics::readers::0: name either",
		`{metrics: {readers: [{pull: {}}]}}`:                                      "readers::0: pull::exporter",
		`{metrics: {readers: [{pull: {exporter: {prometheus: {port: 70000}}}}]}}`: "port is no port",
		`{metrics: {readers: [{pull: {exporter: {prometheus: {without_units: false}}}}]}}`:                    "without_",
		`{metrics: {readers: [{periodic: {}}]}}`:                                                              "readers::0: periodic::exporter",
		`{metrics: {readers: [{periodic: {exporter: {otlp: {protocol: udp, endpoint: x}}}}]}}`:                "protocol",
		`{metrics: {readers: [{periodic: {exporter: {otlp: {protocol: grpc}}}}]}}`:                            "endpoint is missing",
		`{metrics: {readers: [{periodic: {interval: -1, exporter: {otlp: {protocol: grpc, endpoint: x}}}}]}}`: "milliseconds",
		`{resource: {a: 1}}`:             "resource::a",
		`{resource: {attributes: x}}`:    "resource::attributes",
		`{resource: {attributes: [{}]}}`: "resource::attributes::0",
		`{resource: {attributes: [1]}}`:  "resource::attributes::0",
	} {
		_, err := read(t, yaml)
		if fault == "" && err != nil || fault != "" && (err == nil || !strings.Contains(err.Error(), fault)) {
			t.Errorf("%s\n\tgot %v, want an error with %q", yaml, err, fault)
		}
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	address, err := loopback.Free()
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// settings are those of a Collector, with a view of each kind the Collector makes.
func settings(t *testing.T, cfg *Config) telemetry.MeterSettings {
	t.Helper()
	set := telemetry.Settings{BuildInfo: component.BuildInfo{Command: "airtight", Version: "v0"}}
	resource, _, err := NewFactory().CreateResource(context.Background(), set, cfg)
	if err != nil {
		t.Fatal(err)
	}
	set.Resource = &resource
	return telemetry.MeterSettings{Settings: set, Logger: zap.NewNop(), DefaultViews: func(configtelemetry.Level) []otelconf.View {
		return []otelconf.View{
			{
				Selector: &otelconf.ViewSelector{MeterName: new("dropped")},
				Stream:   &otelconf.ViewStream{Aggregation: &otelconf.ViewStreamAggregation{Drop: otelconf.ViewStreamAggregationDrop{}}},
			},
			{
				Selector: &otelconf.ViewSelector{MeterName: new("scope"), InstrumentName: new("otelcol_filtered*")},
				Stream:   &otelconf.ViewStream{AttributeKeys: &otelconf.IncludeExclude{Excluded: []string{"error.type"}}},
			},
		}
	}}
}

func measure(t *testing.T, p metric.MeterProvider) {
	t.Helper()
	with := metric.WithAttributes(attribute.String("rule", "email"), attribute.String("error.type", "x"))
	for scope, names := range map[string][]string{"scope": {"otelcol_kept", "otelcol_filtered_one"}, "dropped": {"otelcol_dropped"}} {
		for _, name := range names {
			counter, err := p.Meter(scope).Int64Counter(name, metric.WithUnit("{findings}"))
			if err != nil {
				t.Fatal(err)
			}
			counter.Add(context.Background(), 3, with)
		}
	}
}

func TestPrometheusPage(t *testing.T) {
	port := freePort(t)
	cfg, err := read(t, fmt.Sprintf(`{metrics: {readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: %d}}}}]}}`, port))
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewFactory().CreateMeterProvider(context.Background(), settings(t, cfg), cfg)
	if err != nil {
		t.Fatal(err)
	}
	measure(t, p)
	url := fmt.Sprintf("http://127.0.0.1:%d/metrics", port)
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`otelcol_kept{error_type="x",rule="email"} 3`,
		`otelcol_filtered_one{rule="email"} 3`,
		`service_name="airtight"`,
	} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(string(page), "otelcol_dropped") {
		t.Error("a view did not drop its metric")
	}
	if _, err := NewFactory().CreateMeterProvider(context.Background(), settings(t, cfg), cfg); err == nil || !strings.Contains(err.Error(), "readers::0") {
		t.Errorf("a port that is taken: %v, want an error that names the reader", err)
	}
	if err := p.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	if _, err := http.Get(url); err == nil {
		t.Error("the page is still served after shutdown")
	}
}

type grpcBackend struct {
	pmetricotlp.UnimplementedGRPCServer
	got chan pmetricotlp.ExportRequest
}

func (b *grpcBackend) Export(_ context.Context, r pmetricotlp.ExportRequest) (pmetricotlp.ExportResponse, error) {
	b.got <- r
	return pmetricotlp.NewExportResponse(), nil
}

func TestOTLP(t *testing.T) {
	got := make(chan pmetricotlp.ExportRequest, 10)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := grpc.NewServer()
	pmetricotlp.RegisterGRPCServer(g, &grpcBackend{got: got})
	go func() { _ = g.Serve(l) }()
	t.Cleanup(g.Stop)
	h, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		req := pmetricotlp.NewExportRequest()
		if r.URL.Path == "/v1/metrics" && r.Header.Get("X-Tenant") == "a" && req.UnmarshalProto(body) == nil {
			got <- req
		}
	})}
	go func() { _ = server.Serve(h) }()
	t.Cleanup(func() { _ = server.Close() })

	for name, otlp := range map[string]string{
		"grpc":      fmt.Sprintf(`{protocol: grpc, endpoint: "%s", insecure: true, timeout: 5000}`, l.Addr()),
		"grpc URL":  fmt.Sprintf(`{protocol: grpc, endpoint: "http://%s"}`, l.Addr()),
		"http":      fmt.Sprintf(`{protocol: http/protobuf, endpoint: "http://%s/v1/metrics", headers: [{name: x-tenant, value: a}]}`, h.Addr()),
		"http host": fmt.Sprintf(`{protocol: http/protobuf, endpoint: "%s", insecure: true, timeout: 5000, headers: [{name: x-tenant, value: a}]}`, h.Addr()),
	} {
		t.Run(name, func(t *testing.T) {
			cfg, err := read(t, `{metrics: {readers: [{periodic: {interval: 3600000, exporter: {otlp: `+otlp+`}}}]}}`)
			if err != nil {
				t.Fatal(err)
			}
			p, err := NewFactory().CreateMeterProvider(context.Background(), settings(t, cfg), cfg)
			if err != nil {
				t.Fatal(err)
			}
			measure(t, p)
			if err := p.Shutdown(context.Background()); err != nil {
				t.Fatal(err)
			}
			select {
			case r := <-got:
				if n := r.Metrics().MetricCount(); n != 2 {
					t.Errorf("%d metrics, want 2", n)
				}
			case <-time.After(5 * time.Second):
				t.Error("nothing came")
			}
		})
	}
}

func TestLogger(t *testing.T) {
	file := filepath.Join(t.TempDir(), "own.log")
	cfg, err := read(t, fmt.Sprintf(`{logs: {level: warn, encoding: json, output_paths: [%q], initial_fields: {a: b}, sampling: {tick: 1h, initial: 2, thereafter: 0}}}`, file))
	if err != nil {
		t.Fatal(err)
	}
	logger, _, err := NewFactory().CreateLogger(context.Background(), telemetry.LoggerSettings{BuildZapLogger: zap.Config.Build}, cfg)
	if err != nil {
		t.Fatal(err)
	}
	logger.Info("below the level")
	for range 5 {
		logger.Warn("again")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), `"msg":"again"`); n != 2 || strings.Contains(string(text), "below") || !strings.Contains(string(text), `"a":"b"`) {
		t.Errorf("the log is not as configured: %s", text)
	}
}

func TestResource(t *testing.T) {
	cfg, err := read(t, `{resource: {service.name: shop, service.instance.id: null, note: x}}`)
	if err != nil {
		t.Fatal(err)
	}
	resource, _, err := NewFactory().CreateResource(context.Background(), telemetry.Settings{BuildInfo: component.BuildInfo{Command: "airtight", Version: "v0"}}, cfg)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"service.name": "shop", "service.version": "v0", "note": "x"}
	if got := resource.Attributes().AsRaw(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
