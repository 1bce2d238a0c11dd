//go:build e2e && linux

package e2e

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploggrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/log"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/airtight-telemetry/airtight/internal/cause"
)

// source is a place in a program that leaks, and what the ledger must say of it.
type source struct {
	service, namespace, scope string
	file                      string
	line                      int
	// signal, place, field and template are where the value stands; span is the
	// span's name, level the record's severity.
	signal, place, field, template, span, level string
	rule, class                                 string
	cause                                       cause.Kind
	onlyNew                                     bool // it leaks in the new version alone

	// leak is a record of this place with a value in it, and clean one without.
	leak  func(value string) emission
	clean func() emission
	value func(r *rand.Rand) string
}

// emission is a log record, or a span where it has a name.
type emission struct {
	span       string
	severity   log.Severity
	body       attribute.Value
	attributes []attribute.KeyValue
	exception  string // message of the span's exception event
}

// The versions of every service: the new one comes in the middle of the run.
const oldVersion, newVersion = "1.4.0", "1.5.0"

// sources are ten places in each of four services, one for each cause.
func sources() []source {
	var all []source
	for i, service := range []string{"checkout", "login", "payment", "search"} {
		scope := "com.acme." + service
		for j, s := range kinds(service) {
			s.service, s.namespace = service, "shop-"+string("ab"[i%2])
			s.scope = scope + "." + []string{"Http", "Store"}[j%2]
			s.file, s.line = fmt.Sprintf("src/%s/%s.java", service, []string{"Api", "Mail", "Repo"}[j%3]), 101+7*j
			all = append(all, s)
		}
	}
	return all
}

// kinds are the ten places of a service.
func kinds(service string) []source {
	body := func(level log.Severity, format string) (leak func(string) emission, clean func() emission) {
		of := func(v string) emission {
			return emission{severity: level, body: attribute.StringValue(fmt.Sprintf(format, v))}
		}
		return of, func() emission { return of("nobody") }
	}
	span := func(name, key, format string) (leak func(string) emission, clean func() emission) {
		of := func(v string) emission {
			return emission{span: name, attributes: []attribute.KeyValue{attribute.String(key, fmt.Sprintf(format, v))}}
		}
		return of, func() emission { return of("none") }
	}
	var all []source
	add := func(s source, leak func(string) emission, clean func() emission) {
		s.leak, s.clean = leak, clean
		all = append(all, s)
	}
	email := source{rule: "email", class: "contact", value: func(r *rand.Rand) string {
		return chars(r, lower, 5) + "." + chars(r, lower, 7) + "@acme.example"
	}}
	with := func(s source, signal, place, field, template, span, level string, c cause.Kind) source {
		s.signal, s.place, s.field, s.template, s.span, s.level, s.cause = signal, place, field, template, span, level, c
		return s
	}

	leak, clean := body(log.SeverityInfo, service+" mailed the receipt to %s")
	s := with(email, "logs", "body", "", service+" mailed the receipt to [redacted:email]", "", "info", cause.NewVersion)
	s.onlyNew = true
	add(s, leak, clean)

	key := source{rule: "generic-api-key", class: "secret", value: func(r *rand.Rand) string { return chars(r, alnum, 36) }}
	add(with(key, "logs", "attribute", "upstream.api_key", "[redacted:generic-api-key]", "", "info", cause.CredentialField),
		func(v string) emission {
			return emission{severity: log.SeverityInfo, body: attribute.StringValue("upstream called"), attributes: []attribute.KeyValue{attribute.String("upstream.api_key", v)}}
		},
		func() emission {
			return emission{severity: log.SeverityInfo, body: attribute.StringValue("upstream called"), attributes: []attribute.KeyValue{attribute.Int("upstream.calls", 3)}}
		})

	leak, clean = span("GET /"+service+"/account", "enduser.id", "%s")
	add(with(email, "traces", "attribute", "enduser.id", "[redacted:email]", "GET /"+service+"/account", "", cause.LegacyAttribute), leak, clean)

	leak, clean = body(log.SeverityDebug, "cache of "+service+" has no entry for %s")
	add(with(email, "logs", "body", "", "cache of "+service+" has no entry for [redacted:email]", "", "debug", cause.DebugLevel), leak, clean)

	card := source{rule: "card-number", class: "payment", value: func(r *rand.Rand) string { return luhn("47162" + chars(r, digits, 10)) }}
	add(with(card, "traces", "span_event.attribute", "exception.message", "the card [redacted:card-number] was refused", "POST /"+service+"/pay", "", cause.ExceptionText),
		func(v string) emission {
			return emission{span: "POST /" + service + "/pay", exception: "the card " + v + " was refused"}
		},
		func() emission {
			return emission{span: "POST /" + service + "/pay", exception: "the bank did not answer"}
		})

	bearer := source{rule: "telemetry-credential-header", class: "secret", value: func(r *rand.Rand) string { return webToken(chars(r, lower, 8), chars(r, alnum, 43)) }}
	leak, _ = span("GET /"+service+"/items", "http.request.header.authorization", "Bearer %s")
	add(with(bearer, "traces", "attribute", "http.request.header.authorization", "[redacted:telemetry-credential-header]", "GET /"+service+"/items", "", cause.HeaderCapture), leak,
		func() emission { return emission{span: "GET /" + service + "/items"} })

	leak, _ = span("SELECT "+service, "db.query.text", "SELECT id FROM "+service+" WHERE mail = '%s'")
	add(with(email, "traces", "attribute", "db.query.text", "SELECT id FROM "+service+" WHERE mail = [redacted:email]", "SELECT "+service, "", cause.SQLText), leak,
		func() emission {
			return emission{span: "SELECT " + service, attributes: []attribute.KeyValue{attribute.String("db.query.text", "SELECT id FROM "+service+" WHERE id = $1")}}
		})

	leak, clean = span("chat "+service, "gen_ai.prompt", "Write a letter to %s about the order")
	add(with(email, "traces", "attribute", "gen_ai.prompt", "[redacted:genai-content]", "chat "+service, "", cause.Prompt), leak, clean)

	leak, clean = span("GET /"+service+"/callback", "url.full", "https://shop.acme.example/"+service+"/callback?mail=%s&step=2")
	add(with(email, "traces", "attribute", "url.full", "https:*=*=*", "GET /"+service+"/callback", "", cause.URL), leak, clean)

	payout := source{rule: "iban", class: "payment", value: func(r *rand.Rand) string { return iban("DE", chars(r, digits, 18)) }}
	refund := func(to attribute.KeyValue) emission {
		return emission{severity: log.SeverityInfo, body: attribute.MapValue(attribute.String("event", service+" refund"), attribute.Map("payout", to, attribute.Int("cents", 1250)))}
	}
	add(with(payout, "logs", "body", "payout.iban", "[redacted:iban]", "", "info", cause.LogText),
		func(v string) emission { return refund(attribute.String("iban", v)) },
		func() emission { return refund(attribute.String("way", "post")) })
	return all
}

func chars(r *rand.Rand, alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}

// program is one version of a service, instrumented with the OpenTelemetry SDK.
type program struct {
	logs   *sdklog.LoggerProvider
	traces *sdktrace.TracerProvider
	seq    int
}

func newProgram(ctx context.Context, to, service, namespace, version string) (*program, error) {
	logs, err := otlploggrpc.New(ctx, otlploggrpc.WithEndpoint(to), otlploggrpc.WithInsecure())
	if err != nil {
		return nil, err
	}
	spans, err := otlptracegrpc.New(ctx, otlptracegrpc.WithEndpoint(to), otlptracegrpc.WithInsecure())
	if err != nil {
		return nil, err
	}
	res := resource.NewSchemaless(
		attribute.String("service.name", service), attribute.String("service.version", version),
		attribute.String("service.namespace", namespace), attribute.String("k8s.pod.name", service+"-7d9f8b6c5d-x2x4z"),
		attribute.String("telemetry.sdk.name", "opentelemetry"), attribute.String("telemetry.sdk.language", "go"))
	return &program{
		logs: sdklog.NewLoggerProvider(sdklog.WithResource(res),
			sdklog.WithProcessor(sdklog.NewBatchProcessor(logs, sdklog.WithMaxQueueSize(2*flushEvery), sdklog.WithExportMaxBatchSize(1000)))),
		traces: sdktrace.NewTracerProvider(sdktrace.WithResource(res), sdktrace.WithSampler(sdktrace.AlwaysSample()),
			sdktrace.WithBatcher(spans, sdktrace.WithMaxQueueSize(2*flushEvery), sdktrace.WithMaxExportBatchSize(1000))),
	}, nil
}

// flushEvery is how many records may wait in the SDK: what does not fit it drops.
const flushEvery = 2000

// emit sends an emission as its source's code would.
func (p *program) emit(ctx context.Context, s *source, m emission) error {
	p.seq++
	attributes := append(m.attributes,
		attribute.Int("e2e.seq", p.seq), attribute.String("code.file.path", s.file), attribute.Int("code.line.number", s.line))
	if m.span != "" {
		_, span := p.traces.Tracer(s.scope).Start(ctx, m.span, trace.WithAttributes(attributes...))
		if m.exception != "" {
			span.AddEvent("exception", trace.WithAttributes(attribute.String("exception.type", "CardError"), attribute.String("exception.message", m.exception)))
		}
		span.End()
	} else {
		var r log.Record
		r.SetTimestamp(time.Now())
		r.SetSeverity(m.severity)
		r.SetSeverityText(m.severity.String())
		r.SetBody(m.body)
		r.AddAttributes(attributes...)
		p.logs.Logger(s.scope).Emit(ctx, r)
	}
	if p.seq%flushEvery == 0 {
		return p.flush(ctx)
	}
	return nil
}

func (p *program) flush(ctx context.Context) error {
	return errors.Join(p.logs.ForceFlush(ctx), p.traces.ForceFlush(ctx))
}

func (p *program) close(ctx context.Context) error {
	return errors.Join(p.logs.Shutdown(ctx), p.traces.Shutdown(ctx))
}

// play is the run of one service: its first half in the old version, the second in
// the new one. Of every source it sends that many records of which so many leak.
type play struct {
	service string
	sources []source
	records int // of each source
	values  [][]string
}

// newPlay draws the values that leak, and plants them.
func newPlay(r *rand.Rand, l *loot, service string, all []source, records, leaks int) *play {
	p := &play{service: service, records: records}
	for _, s := range all {
		if s.service != service {
			continue
		}
		var values []string
		for range leaks {
			values = append(values, l.plant(s.rule+" of "+service+" at line "+strconv.Itoa(s.line), s.value(r)))
		}
		p.sources = append(p.sources, s)
		p.values = append(p.values, values)
	}
	return p
}

func (p *play) send(ctx context.Context, to string) error {
	for half, version := range []string{oldVersion, newVersion} {
		program, err := newProgram(ctx, to, p.service, p.sources[0].namespace, version)
		if err != nil {
			return err
		}
		for n := range p.records / 2 {
			for i := range p.sources {
				s := &p.sources[i]
				m := s.clean()
				if value, leaks := p.at(i, half, n); leaks {
					m = s.leak(value)
				}
				if err := program.emit(ctx, s, m); err != nil {
					return err
				}
			}
		}
		if err := program.close(ctx); err != nil {
			return err
		}
	}
	return nil
}

// at is the value that the n-th record of a half leaks, if it does: the values are
// spread evenly over the run, or over its second half where only the new version leaks.
func (p *play) at(i, half, n int) (value string, leaks bool) {
	values, span := p.values[i], p.records
	index := half*p.records/2 + n
	if p.sources[i].onlyNew {
		if half == 0 {
			return "", false
		}
		span, index = p.records/2, n
	}
	every := span / len(values)
	if index%every != every/2 || index/every >= len(values) {
		return "", false
	}
	return values[index/every], true
}

// describe is a source in one line, without a value.
func (s *source) describe() string {
	return strings.Join([]string{s.service, s.namespace, s.scope, s.rule, s.class, s.signal, s.place, s.field, s.template}, " | ")
}

// sendAll plays all services at once and says how long it took.
func sendAll(t *testing.T, to string, plays []*play) time.Duration {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	began := time.Now()
	failed := make(chan error, len(plays))
	for _, p := range plays {
		go func() { failed <- p.send(ctx, to) }()
	}
	for range plays {
		if err := <-failed; err != nil {
			t.Errorf("the SDK could not send: %v", err)
		}
	}
	return time.Since(began)
}
