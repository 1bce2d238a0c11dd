// Command findings measures what findings cost on the path of telemetry: the same
// records through two processors in one process, of which one's findings are taken,
// written as log records and marshalled, as airtight_findings and an OTLP exporter
// do. The two take turns, so that a machine whose speed drifts drifts for both. It
// prints CPU time, of all threads: trust the difference.
//
//	go run -C internal/bench ./findings [-rounds 15] [-records 2000]
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"syscall"
	"text/tabwriter"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/findinglog"
	"github.com/airtight-telemetry/airtight/processor/airtightprocessor"
)

func main() {
	rounds := flag.Int("rounds", 15, "rounds; the median is printed")
	records := flag.Int("records", 2000, "records a batch")
	flag.Parse()
	if err := run(*rounds, *records); err != nil {
		fmt.Fprintln(os.Stderr, "findings:", err)
		os.Exit(1)
	}
}

// passes is how many batches make a figure; each holds other values.
const passes = 20

func run(rounds, records int) error {
	end := &sink{}
	without, err := start("without", end)
	if err != nil {
		return err
	}
	with, err := start("with", end)
	if err != nil {
		return err
	}
	tap, err := finding.HubNamed("with").Take()
	if err != nil {
		return err
	}
	ship := func() error {
		rows := tap.Rows()
		if len(rows) == 0 {
			return nil
		}
		return end.ConsumeLogs(context.Background(), findinglog.Write(rows, time.Now()))
	}
	fmt.Printf("%s, %d cores, %d batches of %d records, %d rounds, in turns; CPU time from OTLP bytes to OTLP bytes\n\n",
		runtime.Version(), runtime.NumCPU(), passes, records, rounds)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "leaky records\twithout findings\twith findings\tmore\tof it\tfor a leak\t")
	for _, leaky := range []int{0, 1, 10} {
		var plain, found []float64
		r := rand.New(rand.NewPCG(uint64(leaky), 1))
		for round := range rounds + 1 {
			batches, err := batches(r, records, leaky)
			if err != nil {
				return err
			}
			one := func(next consumer.Logs, after func() error) (float64, error) {
				used, err := cpu(next, batches, after)
				return used / float64(passes*records), err
			}
			a, err := one(without, func() error { return nil })
			if err != nil {
				return err
			}
			b, err := one(with, ship)
			if err != nil {
				return err
			}
			if round > 0 { // the first warms up
				plain, found = append(plain, a), append(found, b)
			}
		}
		a, b := median(plain), median(found)
		each := "-"
		if leaky > 0 {
			each = fmt.Sprintf("%+.0f ns", (b-a)*100/float64(leaky))
		}
		fmt.Fprintf(w, "%d %%\t%.0f ns\t%.0f ns\t%+.0f ns\t%+.1f %%\t%s\t\n", leaky, a, b, b-a, 100*(b-a)/a, each)
	}
	return w.Flush()
}

// batches are OTLP requests of records from ten lines of code in four services.
func batches(r *rand.Rand, records, leaky int) (all [][]byte, err error) {
	for range passes {
		ld := plog.NewLogs()
		for service := range 4 {
			rl := ld.ResourceLogs().AppendEmpty()
			rl.Resource().Attributes().PutStr("service.name", []string{"checkout", "login", "payment", "search"}[service])
			rl.Resource().Attributes().PutStr("service.version", "1.4.0")
			rl.Resource().Attributes().PutStr("k8s.pod.name", "shop-7d9f8b6c5d-x2x4z")
			lrs := rl.ScopeLogs().AppendEmpty().LogRecords()
			for n := range records / 4 {
				lr := lrs.AppendEmpty()
				lr.SetSeverityText("INFO")
				lr.Body().SetStr("order accepted, 3 items, 2 parcels, leaves today by road on route north")
				if n%100 < leaky {
					lr.Body().SetStr("receipt mailed to " + letters(r, 12) + "@example.com")
				}
				lr.Attributes().PutStr("code.file.path", "src/shop/Mail.java")
				lr.Attributes().PutInt("code.line.number", int64(100+n%10))
				lr.Attributes().PutStr("order.way", "road")
			}
		}
		b, err := new(plog.ProtoMarshaler).MarshalLogs(ld)
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, nil
}

func letters(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'a' + byte(r.IntN(26))
	}
	return string(b)
}

// cpu is the CPU time in nanoseconds that the batches take, and what comes after them.
func cpu(next consumer.Logs, batches [][]byte, after func() error) (float64, error) {
	runtime.GC()
	before := used()
	for _, in := range batches {
		ld, err := new(plog.ProtoUnmarshaler).UnmarshalLogs(in)
		if err != nil {
			return 0, err
		}
		if err := next.ConsumeLogs(context.Background(), ld); err != nil {
			return 0, err
		}
	}
	err := after()
	return float64(used() - before), err
}

func used() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // it has no way to fail for the process itself, getrusage(2)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}

// sink is the end of both pipelines: it marshals what comes.
type sink struct{ bytes int }

func (*sink) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

func (s *sink) ConsumeLogs(_ context.Context, ld plog.Logs) error {
	out, err := new(plog.ProtoMarshaler).MarshalLogs(ld)
	s.bytes += len(out)
	return err
}

func start(hub string, next consumer.Logs) (processor.Logs, error) {
	f := airtightprocessor.NewFactory()
	cfg := f.CreateDefaultConfig()
	if err := confmap.NewFromStringMap(map[string]any{"hub": hub, "destinations": []any{"otlp"}}).Unmarshal(cfg); err != nil {
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
