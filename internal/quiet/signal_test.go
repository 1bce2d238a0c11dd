package quiet

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

// planted is the canary in an attribute of every type that may hold a text.
var planted = []attribute.KeyValue{
	attribute.String("string", "say "+canary),
	attribute.StringSlice("strings", []string{"a", canary}),
	attribute.String(canary, "key"),
	attribute.Int("n", 1),
}

func TestTracerProviderScrubs(t *testing.T) {
	useCanary(t)
	recorder := tracetest.NewSpanRecorder()
	provider := TracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder)))
	state, err := trace.ParseTraceState("vendor=" + canary)
	if err != nil {
		t.Fatal(err)
	}
	link := trace.Link{
		SpanContext: trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{1}, TraceState: state}),
		Attributes:  planted,
	}
	ctx, span := provider.Tracer("scope").Start(context.Background(), "GET /"+canary,
		trace.WithAttributes(planted...), trace.WithLinks(link), trace.WithSpanKind(trace.SpanKindServer), trace.WithNewRoot())
	if trace.SpanFromContext(ctx) != span {
		t.Error("the span in the context is not the one returned")
	}
	span.SetAttributes(planted...)
	span.AddEvent(canary, trace.WithAttributes(planted...))
	span.AddLink(link)
	span.RecordError(fmt.Errorf("backend said %w", errors.New(canary)), trace.WithAttributes(planted...))
	span.RecordError(panicking{})
	span.RecordError(nil)
	span.SetStatus(codes.Error, canary)
	span.SetName("renamed " + canary)
	_, child := span.TracerProvider().Tracer("scope").Start(ctx, canary)
	child.End()
	span.End()

	ended := recorder.Ended()
	if len(ended) != 2 {
		t.Fatalf("%d spans, want 2", len(ended))
	}
	if out := fmt.Sprintf("%+v", tracetest.SpanStubsFromReadOnlySpans(ended)); strings.Contains(out, canary) {
		t.Error("the canary came through")
	}
	parent := ended[1]
	if parent.Name() != "renamed [redacted]" || parent.SpanKind() != trace.SpanKindServer || len(parent.Events()) != 3 || len(parent.Links()) != 2 {
		t.Errorf("the span lost something: %v %v, %d events, %d links", parent.Name(), parent.SpanKind(), len(parent.Events()), len(parent.Links()))
	}
	if ended[0].Parent().SpanID() != parent.SpanContext().SpanID() {
		t.Error("the child lost its parent")
	}
}

// Each method of metric.Meter that makes an instrument, found by reflection, so
// that one added to the API is noticed.
func TestMeterProviderScrubs(t *testing.T) {
	useCanary(t)
	reader := sdkmetric.NewManualReader()
	meter := MeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))).Meter("scope")
	ctx := context.Background()
	with := metric.WithAttributes(planted...)
	var made []string
	typ := reflect.TypeFor[metric.Meter]()
	for i := range typ.NumMethod() {
		if name := typ.Method(i).Name; name != "RegisterCallback" && typ.Method(i).PkgPath == "" {
			made = append(made, name)
		}
	}
	measure := map[string]func(string){
		"Int64Counter":         func(n string) { i, _ := meter.Int64Counter(n); i.Add(ctx, 1, with) },
		"Int64UpDownCounter":   func(n string) { i, _ := meter.Int64UpDownCounter(n); i.Add(ctx, 1, with) },
		"Int64Histogram":       func(n string) { i, _ := meter.Int64Histogram(n); i.Record(ctx, 1, with) },
		"Int64Gauge":           func(n string) { i, _ := meter.Int64Gauge(n); i.Record(ctx, 1, with) },
		"Float64Counter":       func(n string) { i, _ := meter.Float64Counter(n); i.Add(ctx, 1, with) },
		"Float64UpDownCounter": func(n string) { i, _ := meter.Float64UpDownCounter(n); i.Add(ctx, 1, with) },
		"Float64Histogram":     func(n string) { i, _ := meter.Float64Histogram(n); i.Record(ctx, 1, with) },
		"Float64Gauge":         func(n string) { i, _ := meter.Float64Gauge(n); i.Record(ctx, 1, with) },
		"Int64ObservableCounter": func(n string) {
			_, _ = meter.Int64ObservableCounter(n, metric.WithInt64Callback(observeInt64))
		},
		"Int64ObservableUpDownCounter": func(n string) {
			_, _ = meter.Int64ObservableUpDownCounter(n, metric.WithInt64Callback(observeInt64))
		},
		"Int64ObservableGauge": func(n string) {
			_, _ = meter.Int64ObservableGauge(n, metric.WithInt64Callback(observeInt64))
		},
		"Float64ObservableCounter": func(n string) {
			_, _ = meter.Float64ObservableCounter(n, metric.WithFloat64Callback(observeFloat64))
		},
		"Float64ObservableUpDownCounter": func(n string) {
			_, _ = meter.Float64ObservableUpDownCounter(n, metric.WithFloat64Callback(observeFloat64))
		},
		"Float64ObservableGauge": func(n string) {
			_, _ = meter.Float64ObservableGauge(n, metric.WithFloat64Callback(observeFloat64))
		},
	}
	for _, name := range made {
		if measure[name] == nil {
			t.Errorf("metric.Meter.%s is not wrapped", name)
			continue
		}
		measure[name](name)
	}
	registered, err := meter.Int64ObservableGauge("registered", metric.WithUnit("By"), metric.WithDescription("kept"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		o.ObserveInt64(registered, 1, with)
		return nil
	}, registered); err != nil {
		t.Fatal(err)
	}

	var out metricdata.ResourceMetrics
	if err := reader.Collect(ctx, &out); err != nil {
		t.Fatal(err)
	}
	if got := len(out.ScopeMetrics[0].Metrics); got != len(made)+1 {
		t.Errorf("%d metrics, want %d", got, len(made)+1)
	}
	for _, m := range out.ScopeMetrics[0].Metrics {
		text := fmt.Sprintf("%+v", m.Data)
		if strings.Contains(text, canary) || !strings.Contains(text, "[redacted]") {
			t.Errorf("%s: the attributes are not scrubbed", m.Name)
		}
		if m.Name == "registered" && (m.Unit != "By" || m.Description != "kept") {
			t.Error("an observable instrument lost its unit or description")
		}
	}
}

func observeInt64(_ context.Context, o metric.Int64Observer) error {
	o.Observe(1, metric.WithAttributes(planted...))
	return nil
}

func observeFloat64(_ context.Context, o metric.Float64Observer) error {
	o.Observe(1, metric.WithAttributes(planted...))
	return nil
}

func TestCleanAttributesAreLeft(t *testing.T) {
	useCanary(t)
	clean := []attribute.KeyValue{attribute.String("a", "b"), attribute.Int64("big", 1<<50), attribute.Float64Slice("f", []float64{1})}
	got, changed := attributes(clean)
	if changed || &got[0] != &clean[0] {
		t.Error("clean attributes were copied")
	}
	if _, changed := attributes(planted); !changed || planted[0].Value.AsString() != "say "+canary {
		t.Error("the list given was written to")
	}
}

func BenchmarkAdd(b *testing.B) {
	defer Add(Func(func(s string) string { return strings.ReplaceAll(s, canary, "") }))()
	meter := MeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewManualReader()))).Meter("scope")
	counter, _ := meter.Int64Counter("n")
	with := metric.WithAttributeSet(attribute.NewSet(attribute.String("receiver", "otlp"), attribute.String("transport", "grpc")))
	for b.Loop() {
		counter.Add(context.Background(), 1, with)
	}
}
