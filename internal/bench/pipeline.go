package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/redactionprocessor"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/airtight-telemetry/airtight/processor/airtightprocessor"
)

// pipeline is one way from OTLP bytes to OTLP bytes.
type pipeline struct {
	name string
	next consumer.Logs
}

// The names of the pipelines.
const (
	pipelineBare    = "no processor"
	pipelineDefault = "airtight, default policy"
	pipelineAll     = "airtight, every pack"
	pipelinePeer    = "redaction, 10 patterns"
)

func pipelines() ([]pipeline, error) {
	end := &sink{}
	byDefault, err := start(airtightprocessor.NewFactory(), nil, end)
	if err != nil {
		return nil, err
	}
	packs := make([]any, len(everyPack))
	for i, p := range everyPack {
		packs[i] = p
	}
	all, err := start(airtightprocessor.NewFactory(), map[string]any{"packs": packs}, end)
	if err != nil {
		return nil, err
	}
	blocked := make([]any, len(typicalPatterns))
	for i, p := range typicalPatterns {
		blocked[i] = p
	}
	peer, err := start(redactionprocessor.NewFactory(), map[string]any{"allow_all_keys": true, "blocked_values": blocked}, end)
	if err != nil {
		return nil, err
	}
	return []pipeline{{pipelineBare, end}, {pipelineDefault, byDefault}, {pipelineAll, all}, {pipelinePeer, peer}}, nil
}

// recordsOf are CPU nanoseconds a record of each pipeline on each corpus, the garbage
// collector's included, one a round.
func recordsOf(of []pipeline, on []*corpus, records, rounds int, progress func(string)) (figures, error) {
	f := figures{}
	for _, p := range of {
		f[p.name] = map[string][]float64{}
	}
	for _, text := range on {
		for round := range rounds + 1 {
			from, n := text.part(round, rounds+1)
			in, err := batches(text.lines[from:from+n], records)
			if err != nil {
				return nil, err
			}
			progress(fmt.Sprintf("pipelines, %s: round %d of %d", text.Name, round, rounds))
			order := slices.Clone(of)
			if round%2 == 1 {
				slices.Reverse(order)
			}
			for _, p := range order {
				ns, err := through(p.next, in)
				if err != nil {
					return nil, err
				}
				if round > 0 { // the first warms up
					f[p.name][text.Name] = append(f[p.name][text.Name], ns/float64(n))
				}
			}
		}
	}
	return f, nil
}

// logs is a batch with a record for each line, and the attributes that records and
// resources have.
func logs(lines []string) plog.Logs {
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	rl.Resource().Attributes().PutStr("service.name", "checkout")
	rl.Resource().Attributes().PutStr("service.version", "1.4.2")
	rl.Resource().Attributes().PutStr("k8s.pod.name", "checkout-7c9d5b6f4-x2x7k")
	rl.Resource().Attributes().PutStr("k8s.namespace.name", "shop")
	sl := rl.ScopeLogs().AppendEmpty()
	sl.Scope().SetName("github.com/acme/shop/checkout")
	for i, line := range lines {
		rec := sl.LogRecords().AppendEmpty()
		rec.Body().SetStr(line)
		rec.SetSeverityText("INFO")
		rec.Attributes().PutStr("http.request.method", "GET")
		rec.Attributes().PutStr("http.route", "/api/v1/items/{id}")
		rec.Attributes().PutInt("http.response.status_code", 200)
		rec.Attributes().PutStr("thread.name", fmt.Sprintf("worker-%d", i%32))
	}
	return ld
}

// batches are lines as requests of so many records each.
func batches(lines []string, records int) (requests [][]byte, err error) {
	for from := 0; from < len(lines); from += records {
		request, err := new(plog.ProtoMarshaler).MarshalLogs(logs(lines[from:min(len(lines), from+records)]))
		if err != nil {
			return nil, err
		}
		requests = append(requests, request)
	}
	return requests, nil
}

// through is the CPU time in nanoseconds that requests take through a pipeline.
func through(next consumer.Logs, requests [][]byte) (float64, error) {
	runtime.GC()
	before := ofProcess()
	for _, in := range requests {
		ld, err := new(plog.ProtoUnmarshaler).UnmarshalLogs(in)
		if err != nil {
			return 0, err
		}
		if err := next.ConsumeLogs(context.Background(), ld); err != nil {
			return 0, err
		}
	}
	return float64(ofProcess() - before), nil
}

// sink is the end of the pipeline: it marshals what comes.
type sink struct{ bytes int }

func (*sink) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

func (s *sink) ConsumeLogs(_ context.Context, ld plog.Logs) error {
	out, err := new(plog.ProtoMarshaler).MarshalLogs(ld)
	s.bytes += len(out)
	return err
}

func start(f processor.Factory, config map[string]any, next consumer.Logs) (processor.Logs, error) {
	cfg := f.CreateDefaultConfig()
	if err := confmap.NewFromStringMap(config).Unmarshal(cfg); err != nil {
		return nil, err
	}
	set := processortest.NewNopSettings(f.Type())
	set.ID = component.NewID(f.Type())
	p, err := f.CreateLogs(context.Background(), set, cfg, next)
	if err != nil {
		return nil, err
	}
	return p, p.Start(context.Background(), componenttest.NewNopHost())
}
