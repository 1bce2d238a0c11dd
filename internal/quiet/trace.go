package quiet

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// TracerProvider is a provider whose spans are scrubbed before inner sees them:
// names, attributes, events, links, status and recorded errors. It does not offer
// the provider inside, which would be a way round.
func TracerProvider(inner trace.TracerProvider) trace.TracerProvider {
	return tracerProvider{inner}
}

type tracerProvider struct{ trace.TracerProvider }

func (p tracerProvider) Tracer(name string, options ...trace.TracerOption) trace.Tracer {
	return tracer{p.TracerProvider.Tracer(name, options...), p}
}

type tracer struct {
	trace.Tracer
	provider tracerProvider
}

func (t tracer) Start(ctx context.Context, name string, options ...trace.SpanStartOption) (context.Context, trace.Span) {
	if len(options) > 0 {
		options = startOptions(options)
	}
	ctx, inner := t.Tracer.Start(ctx, Text(name), options...)
	if !inner.IsRecording() {
		// Nothing said to it is kept, and the context already holds it.
		return ctx, inner
	}
	outer := span{inner, t.provider}
	return trace.ContextWithSpan(ctx, outer), outer
}

func startOptions(options []trace.SpanStartOption) []trace.SpanStartOption {
	cfg := trace.NewSpanStartConfig(options...)
	kvs, changed := attributes(cfg.Attributes())
	links := cfg.Links()
	clean := make([]trace.Link, len(links))
	for i, link := range links {
		var diff bool
		clean[i], diff = spanLink(link)
		changed = changed || diff
	}
	if !changed {
		return options
	}
	out := []trace.SpanStartOption{trace.WithAttributes(kvs...), trace.WithLinks(clean...), trace.WithSpanKind(cfg.SpanKind())}
	if at := cfg.Timestamp(); !at.IsZero() {
		out = append(out, trace.WithTimestamp(at))
	}
	if cfg.NewRoot() {
		out = append(out, trace.WithNewRoot())
	}
	return out
}

// spanLink cleans a link's attributes. A trace state came from outside and is only
// a hint to the backend: one that can't stay is left out.
func spanLink(link trace.Link) (trace.Link, bool) {
	kvs, changed := attributes(link.Attributes)
	link.Attributes = kvs
	if state := link.SpanContext.TraceState().String(); Text(state) != state {
		link.SpanContext = link.SpanContext.WithTraceState(trace.TraceState{})
		changed = true
	}
	return link, changed
}

type span struct {
	trace.Span
	provider tracerProvider
}

func (s span) TracerProvider() trace.TracerProvider { return s.provider }

func (s span) SetName(name string) { s.Span.SetName(Text(name)) }

func (s span) SetStatus(code codes.Code, description string) {
	s.Span.SetStatus(code, Text(description))
}

func (s span) SetAttributes(kvs ...attribute.KeyValue) {
	kvs, _ = attributes(kvs)
	s.Span.SetAttributes(kvs...)
}

func (s span) AddLink(link trace.Link) {
	link, _ = spanLink(link)
	s.Span.AddLink(link)
}

func (s span) AddEvent(name string, options ...trace.EventOption) {
	s.Span.AddEvent(Text(name), eventOptions(options)...)
}

// RecordError records the event that the semantic conventions name for an
// exception. It is put together here because the SDK would read the text, and
// the type, off whatever error it is handed.
func (s span) RecordError(err error, options ...trace.EventOption) {
	if err == nil {
		return
	}
	options = append(eventOptions(options), trace.WithAttributes(
		attribute.String("exception.type", fmt.Sprintf("%T", err)),
		attribute.String("exception.message", errorText(err)),
	))
	s.Span.AddEvent("exception", options...)
}

func eventOptions(options []trace.EventOption) []trace.EventOption {
	cfg := trace.NewEventConfig(options...)
	kvs, changed := attributes(cfg.Attributes())
	if !changed {
		return options
	}
	return []trace.EventOption{
		trace.WithAttributes(kvs...),
		trace.WithTimestamp(cfg.Timestamp()),
		trace.WithStackTrace(cfg.StackTrace()),
	}
}

// errorText is an error's text, clean, also where reading it panics.
func errorText(err error) (text string) {
	defer func() {
		if recover() != nil {
			text = withheld
		}
	}()
	return Text(err.Error())
}
