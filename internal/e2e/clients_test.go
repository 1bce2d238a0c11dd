//go:build e2e && linux

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
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

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// TestRealClients sends from three real clients through the shipped sidecar and the
// shipped gateway to a real store, with the gateway killed while the store is down.
func TestRealClients(t *testing.T) {
	l := newLoot(random(t))
	s := newSearcher(l.canaries)
	db := newStore(t).start()
	gateway, traces := newGateway(t, db.logsURL())
	gateway.start()
	sidecar := newSidecar(t, gateway.grpc).start()

	sent := map[string]int{} // by producer and signal
	send := func(producer string, logs, spans int, by func(t *testing.T, to *collector, l *loot, logs, spans int)) {
		t.Run(producer, func(t *testing.T) { by(t, sidecar, l, logs, spans) })
		sent[producer+" logs"], sent[producer+" spans"] = logs, spans
	}
	send("sdk-go", 2000, 500, sendFromGo)
	if _, err := exec.LookPath("npm"); err == nil {
		send("sdk-node", 1000, 300, sendFromNode)
	} else {
		figure("sdk-node left out: there is no npm")
	}
	send("telemetrygen", 1000, 300, sendFromTelemetrygen)
	if t.Failed() {
		return
	}
	wantLogs := sent["sdk-go logs"] + sent["sdk-node logs"] + sent["telemetrygen logs"]
	if !eventually(60*time.Second, func() bool { return db.count() >= wantLogs }) {
		t.Errorf("%d logs are stored, %d were sent", db.count(), wantLogs)
	}

	// The store goes down, more logs come, the gateway is killed with them on disk.
	// The store takes what it had accepted to disk first: it has no log to replay.
	const late = 500
	if status, _ := db.terminate(30 * time.Second); status != 0 {
		t.Fatalf("VictoriaLogs ended with status %d", status)
	}
	before := gateway.metric("otelcol_receiver_accepted_log_records", "")
	t.Run("sdk-go while the store is down", func(t *testing.T) { sendGo(t, sidecar, l, "sdk-go-late", late, 0) })
	if !eventually(30*time.Second, func() bool {
		return gateway.metric("otelcol_receiver_accepted_log_records", "") >= before+late
	}) {
		t.Fatalf("the gateway has accepted %d records of %d", gateway.metric("otelcol_receiver_accepted_log_records", "")-before, late)
	}
	pages := []place{{"sidecar's metrics", sidecar.page()}, {"gateway's metrics", gateway.page()}}
	gateway.kill()
	queue, copies := folder(t, "gateway's queue", gateway.queue), 0
	for _, p := range queue {
		copies += bytes.Count(p.data, []byte("sdk-go-late"))
	}
	if copies < late {
		t.Errorf("%d copies of %d records are to be seen in the queue: the search there would prove nothing", copies, late)
	}
	queue = append(queue, folder(t, "sidecar's queue", sidecar.queue)...)
	figure("gateway's queue after kill -9: %d records in %d copies, planted survivors %d", late, copies, s.survivors(t, queue...))

	db.start()
	gateway.start()
	sent["sdk-go-late logs"] = late
	wantLogs += late
	if !eventually(60*time.Second, func() bool { return db.count() >= wantLogs }) {
		t.Errorf("%d logs are stored, %d were sent", db.count(), wantLogs)
	}
	time.Sleep(2 * time.Second) // for what may come twice
	sidecar.stop()
	gateway.stop()
	dump, rows := db.dump()
	db.terminate(30 * time.Second)

	stored := map[string]map[string]int{} // by producer and signal, by number
	store := func(what, id string) {
		if stored[what] == nil {
			stored[what] = map[string]int{}
		}
		stored[what][id]++
	}
	altered, masked := 0, 0
	for _, row := range rows {
		producer := row["e2e.producer"]
		id := row["e2e.seq"]
		if id == "" {
			id = row["_time"] // telemetrygen does not number; no two have one time
		} else if row["e2e.plain"] != plain {
			altered++
		}
		store(producer+" logs", id)
		for _, v := range row {
			masked += strings.Count(v, "[redacted:")
		}
	}
	spans, raw := readTraces(t, traces)
	for _, span := range spans {
		producer, _ := span.Attributes().Get("e2e.producer")
		id := span.SpanID().String()
		if seq, ok := span.Attributes().Get("e2e.seq"); ok {
			id = seq.AsString()
			if text, _ := span.Attributes().Get("e2e.plain"); text.AsString() != plain {
				altered++
			}
		}
		store(producer.AsString()+" spans", id)
	}
	if altered > 0 {
		t.Errorf("%d records have a text without planted values that is not as it was sent", altered)
	}
	if masked == 0 {
		t.Error("nothing in the store is masked: the search proves nothing")
	}

	places := append(folder(t, "store's folder", db.dir), pages...)
	places = append(places,
		place{"store", dump}, place{"traces file", raw},
		place{"sidecar's log", sidecar.logs()}, place{"gateway's log", gateway.logs()})
	places = append(places, folder(t, "gateway's queue", gateway.queue)...)
	places = append(places, folder(t, "sidecar's queue", sidecar.queue)...)
	survivors := s.survivors(t, places...)
	for _, producer := range []string{"sdk-go", "sdk-go-late", "sdk-node", "telemetrygen"} {
		for _, signal := range []string{"logs", "spans"} {
			what := producer + " " + signal
			if sent[what] == 0 {
				continue
			}
			duplicates := -len(stored[what])
			for _, n := range stored[what] {
				duplicates += n
			}
			if len(stored[what]) != sent[what] {
				t.Errorf("%s: %d distinct numbers stored, %d sent", what, len(stored[what]), sent[what])
			}
			figure("%s sent %d stored %d duplicates %d planted survivors %d", what, sent[what], len(stored[what]), duplicates, survivors)
		}
	}
	size := 0
	for _, p := range places {
		size += len(p.data)
	}
	figure("searched %d places, %.1f MiB, %d planted values; %d masks in the store", len(places), float64(size)/(1<<20), len(l.canaries), masked)
}

// readTraces reads what the file exporter wrote.
func readTraces(t *testing.T, path string) (spans []ptrace.Span, raw []byte) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(raw) {
		td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(line)
		if err != nil {
			t.Fatal("the traces file holds a line that is no OTLP JSON")
		}
		for _, rs := range td.ResourceSpans().All() {
			for _, ss := range rs.ScopeSpans().All() {
				for _, span := range ss.Spans().All() {
					spans = append(spans, span)
				}
			}
		}
	}
	return spans, raw
}

func sendFromGo(t *testing.T, to *collector, l *loot, logs, spans int) {
	sendGo(t, to, l, "sdk-go", logs, spans)
}

// sendGo sends by OTLP/gRPC through the OpenTelemetry SDK for Go.
func sendGo(t *testing.T, to *collector, l *loot, producer string, logs, spans int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	logExporter, err := otlploggrpc.New(ctx, otlploggrpc.WithEndpoint(to.grpc), otlploggrpc.WithInsecure())
	if err != nil {
		t.Fatal(err)
	}
	traceExporter, err := otlptracegrpc.New(ctx, otlptracegrpc.WithEndpoint(to.grpc), otlptracegrpc.WithInsecure())
	if err != nil {
		t.Fatal(err)
	}
	res := resource.NewSchemaless(attribute.String("service.name", "checkout"), attribute.String("db.url", "postgres://db.acme.example/orders"))
	logProvider := sdklog.NewLoggerProvider(sdklog.WithResource(res), sdklog.WithProcessor(sdklog.NewBatchProcessor(logExporter)))
	traceProvider := sdktrace.NewTracerProvider(sdktrace.WithResource(res), sdktrace.WithSampler(sdktrace.AlwaysSample()), sdktrace.WithBatcher(traceExporter))
	numbered := func(r record, seq int) []attribute.KeyValue {
		attributes := []attribute.KeyValue{
			attribute.String("e2e.producer", producer), attribute.Int("e2e.seq", seq), attribute.String("e2e.plain", plain),
		}
		for k, v := range r.Attributes {
			attributes = append(attributes, attribute.KeyValue{Key: attribute.Key(k), Value: valueOf(v)})
		}
		return attributes
	}
	var failed error
	logger := logProvider.Logger("e2e")
	for seq := range logs {
		r := l.records[seq%len(l.records)]
		var entry log.Record
		entry.SetTimestamp(time.Now())
		entry.SetSeverity(log.SeverityInfo)
		entry.SetSeverityText("INFO")
		entry.SetBody(valueOf(r.Body))
		entry.AddAttributes(numbered(r, seq)...)
		logger.Emit(ctx, entry)
		if seq%500 == 499 { // a full queue would drop
			failed = errors.Join(failed, logProvider.ForceFlush(ctx))
		}
	}
	tracer := traceProvider.Tracer("e2e")
	for seq := range spans {
		r := l.records[seq%len(l.records)]
		text := textOf(r.Body)
		_, span := tracer.Start(ctx, "handle "+text, trace.WithAttributes(numbered(r, seq)...))
		span.AddEvent("exception", trace.WithAttributes(attribute.String("exception.message", text)))
		span.SetStatus(codes.Error, text)
		span.End()
		if seq%500 == 499 {
			failed = errors.Join(failed, traceProvider.ForceFlush(ctx))
		}
	}
	failed = errors.Join(failed, logProvider.Shutdown(ctx), traceProvider.Shutdown(ctx))
	if failed != nil {
		t.Fatalf("the SDK could not send: %v", failed)
	}
}

func textOf(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // records hold what JSON can say
	}
	return string(text)
}

func valueOf(v any) attribute.Value {
	switch v := v.(type) {
	case string:
		return attribute.StringValue(v)
	case int:
		return attribute.IntValue(v)
	case bool:
		return attribute.BoolValue(v)
	case []any:
		texts := make([]string, len(v))
		for i, e := range v {
			texts[i] = e.(string)
		}
		return attribute.StringSliceValue(texts)
	case map[string]any:
		var pairs []attribute.KeyValue
		for k, e := range v {
			pairs = append(pairs, attribute.KeyValue{Key: attribute.Key(k), Value: valueOf(e)})
		}
		return attribute.MapValue(pairs...)
	}
	panic(fmt.Sprintf("records hold no %T", v))
}

// sendFromNode sends by OTLP/HTTP JSON through the OpenTelemetry SDK for Node.
func sendFromNode(t *testing.T, to *collector, l *loot, logs, spans int) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("there is npm and no node")
	}
	task, err := json.Marshal(map[string]any{
		"endpoint": "http://" + to.http, "producer": "sdk-node", "logs": logs, "spans": spans,
		"plain": plain, "records": l.records,
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "task.json")
	if err := os.WriteFile(file, task, 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, "sender in Node", nil, node, filepath.Join(cache, "node", "sender.mjs"), file)
	if status := p.wait(time.Minute); status != 0 {
		t.Fatalf("the sender in Node ended with status %d and said:\n%s", status, p.tail())
	}
}

// sendFromTelemetrygen sends by OTLP/gRPC. All of its records are alike.
func sendFromTelemetrygen(t *testing.T, to *collector, l *loot, logs, spans int) {
	common := []string{
		"--otlp-endpoint=" + to.grpc, "--otlp-insecure", "--rate=0", "--workers=1",
		`--telemetry-attributes=e2e.producer="telemetrygen"`,
	}
	for _, r := range l.records {
		for k, v := range r.Attributes {
			if text, ok := v.(string); ok && !strings.Contains(text, "\n") {
				common = append(common, fmt.Sprintf("--telemetry-attributes=%s=%q", k, text))
			}
		}
	}
	for _, args := range [][]string{
		append([]string{"logs", "--logs=" + strconv.Itoa(logs), "--body=" + textOf(l.records[0].Body)}, common...),
		// A trace is a span and its child.
		append([]string{"traces", "--traces=" + strconv.Itoa(spans/2)}, common...),
	} {
		p := start(t, "telemetrygen", nil, installed(telemetrygen), args...)
		if status := p.wait(time.Minute); status != 0 {
			t.Fatalf("telemetrygen %s ended with status %d and said:\n%s", args[0], status, p.tail())
		}
	}
}
