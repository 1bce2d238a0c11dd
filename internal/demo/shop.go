package demo

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploggrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/log"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// The versions that run in the shop. In the play, delivery has one that leaks nothing
// and then one that does; when the shop goes on trading, checkout has.
const (
	shopVersion    = "1.7.2"
	leakyCheckout  = "1.8.0"
	mendedCheckout = "1.8.1"

	goodVersion  = "2.3.1"
	leakyVersion = "2.4.0"
	fixedVersion = "2.4.1"
)

// environment is what the shop's telemetry says it comes from.
const environment = "demo"

// Play sends the shop's telemetry by OTLP/gRPC to every address, the same to each,
// and returns when all of them have taken it.
func Play(ctx context.Context, addresses ...string) error {
	for _, scene := range []struct {
		name, version string
		resource      []attribute.KeyValue
		play          func(context.Context, *service)
	}{
		{"login", shopVersion, loginResource(), login},
		{"checkout", shopVersion, checkoutResource(), checkout},
		{"payment", shopVersion, paymentResource(), payment},
		{"delivery", goodVersion, nil, deliveryBefore},
		{"delivery", leakyVersion, nil, delivery},
	} {
		s, err := newService(ctx, scene.name, scene.version, scene.resource, addresses)
		if err != nil {
			return err
		}
		scene.play(ctx, s)
		if err := s.close(ctx); err != nil {
			return err
		}
	}
	return nil
}

// service is one program of the shop, instrumented as any other.
type service struct {
	name   string
	logger log.Logger
	tracer trace.Tracer
	flush  func(context.Context) error
	close  func(context.Context) error
	clock  time.Time
}

func newService(ctx context.Context, name, version string, attributes []attribute.KeyValue, addresses []string) (*service, error) {
	res := resource.NewSchemaless(append([]attribute.KeyValue{
		attribute.String("service.name", name),
		attribute.String("service.version", version),
		attribute.String("deployment.environment.name", environment),
	}, attributes...)...)
	logOptions := []sdklog.LoggerProviderOption{sdklog.WithResource(res)}
	traceOptions := []sdktrace.TracerProviderOption{
		sdktrace.WithResource(res),
		sdktrace.WithSampler(sdktrace.AlwaysSample()), // whatever the environment says
	}
	for _, address := range addresses {
		logs, err := otlploggrpc.New(ctx, otlploggrpc.WithEndpoint(address), otlploggrpc.WithInsecure())
		if err != nil {
			return nil, err
		}
		spans, err := otlptracegrpc.New(ctx, otlptracegrpc.WithEndpoint(address), otlptracegrpc.WithInsecure())
		if err != nil {
			return nil, err
		}
		logOptions = append(logOptions, sdklog.WithProcessor(sdklog.NewBatchProcessor(logs)))
		traceOptions = append(traceOptions, sdktrace.WithBatcher(spans))
	}
	logProvider := sdklog.NewLoggerProvider(logOptions...)
	traceProvider := sdktrace.NewTracerProvider(traceOptions...)
	return &service{
		name:   name,
		logger: logProvider.Logger("shop/" + name),
		tracer: traceProvider.Tracer("shop/" + name),
		clock:  time.Now(),
		flush: func(ctx context.Context) error {
			return errors.Join(logProvider.ForceFlush(ctx), traceProvider.ForceFlush(ctx))
		},
		close: func(ctx context.Context) error {
			return errors.Join(logProvider.Shutdown(ctx), traceProvider.Shutdown(ctx))
		},
	}, nil
}

// log emits a record. No two have the same time: by it a record is known again.
func (s *service) log(ctx context.Context, severity log.Severity, body attribute.Value, attributes ...attribute.KeyValue) {
	s.emit(ctx, severity, body, attributes)
}

// emit is called by what a scene calls, so that the line of the scene is known.
func (s *service) emit(ctx context.Context, severity log.Severity, body attribute.Value, attributes []attribute.KeyValue) {
	s.clock = s.clock.Add(time.Millisecond)
	var r log.Record
	r.SetTimestamp(s.clock)
	r.SetSeverity(severity)
	r.SetSeverityText(severity.String())
	r.SetBody(body)
	r.AddAttributes(attributes...)
	if _, file, line, ok := runtime.Caller(2); ok {
		r.AddAttributes(attribute.String("code.file.path", s.name+"/"+filepath.Base(file)), attribute.Int("code.line.number", line))
	}
	s.logger.Emit(ctx, r)
}

func (s *service) info(ctx context.Context, text string, attributes ...attribute.KeyValue) {
	s.emit(ctx, log.SeverityInfo, attribute.StringValue(text), attributes)
}

func (s *service) debug(ctx context.Context, text string, attributes ...attribute.KeyValue) {
	s.emit(ctx, log.SeverityDebug, attribute.StringValue(text), attributes)
}

func (s *service) warn(ctx context.Context, text string, attributes ...attribute.KeyValue) {
	s.emit(ctx, log.SeverityWarn, attribute.StringValue(text), attributes)
}

// span records a span that has ended and returns it for what hangs on it.
func (s *service) span(ctx context.Context, name string, attributes ...attribute.KeyValue) (context.Context, trace.Span) {
	return s.tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(attributes...))
}

// fail puts an exception with its stack trace on a span, and a status message.
func fail(span trace.Span, kind, message, stack, status string) {
	span.AddEvent("exception", trace.WithAttributes(
		attribute.String("exception.type", kind),
		attribute.String("exception.message", message),
		attribute.String("exception.stacktrace", stack),
	))
	span.SetStatus(codes.Error, status)
}
