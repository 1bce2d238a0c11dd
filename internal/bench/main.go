package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"syscall"
	"text/tabwriter"
	"time"

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

// patterns are what a typical public configuration of the redaction processor
// blocks: cards, e-mail, phone, SSN, IPs and keys.
var patterns = []any{
	"4[0-9]{12}(?:[0-9]{3})?", "(5[1-5][0-9]{14})", "3[47][0-9]{13}", "[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}",
	"\\b\\d{3}-\\d{2}-\\d{4}\\b", "\\+?[0-9]{1,3}[ -]?\\(?[0-9]{3}\\)?[ -]?[0-9]{3}[ -]?[0-9]{4}", "AKIA[0-9A-Z]{16}",
	"gh[pousr]_[0-9A-Za-z]{36}", "eyJ[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+", "(?i)bearer [a-z0-9._~+/-]+=*",
}

// contender is one way through a pipeline: bytes in, bytes out.
type contender struct {
	name string
	next consumer.Logs // nil: nothing between
}

func main() {
	rounds := flag.Int("rounds", 7, "rounds; the median is printed")
	records := flag.Int("records", 2000, "records a batch")
	flag.Parse()
	if err := run(*rounds, *records); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(rounds, records int) error {
	sink := &sink{}
	airtight, err := start(airtightprocessor.NewFactory(), nil, sink)
	if err != nil {
		return err
	}
	redaction, err := start(redactionprocessor.NewFactory(), map[string]any{"allow_all_keys": true, "blocked_values": patterns}, sink)
	if err != nil {
		return err
	}
	contenders := []contender{{"no processor", sink}, {"airtight, whole catalogue", airtight}, {"redaction, 10 patterns", redaction}}
	fmt.Printf("%s, %d cores, %d records a batch, %d rounds, interleaved; CPU time from OTLP bytes to OTLP bytes\n\n", runtime.Version(), runtime.NumCPU(), records, rounds)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "leaky records\tpipeline\tns a record\ton top of none\tx none\t")
	for _, leaky := range []int{0, 1, 10} {
		in, err := new(plog.ProtoMarshaler).MarshalLogs(logs(records, leaky, uint64(leaky)+1))
		if err != nil {
			return err
		}
		times := make([][]float64, len(contenders))
		for round := range rounds + 1 {
			for i, c := range contenders {
				t, err := cpu(c.next, in)
				if err != nil {
					return err
				}
				if round > 0 { // the first warms up
					times[i] = append(times[i], t/float64(records))
				}
			}
		}
		base := median(times[0])
		for i, c := range contenders {
			m := median(times[i])
			fmt.Fprintf(w, "%d %%\t%s\t%.0f\t%+.0f\t%.2f\t\n", leaky, c.name, m, m-base, m/base)
		}
	}
	return w.Flush()
}

// passes is how often a batch goes through for one figure.
const passes = 10

// cpu is the CPU time in nanoseconds that one batch takes through a pipeline.
func cpu(next consumer.Logs, in []byte) (float64, error) {
	runtime.GC()
	before := used()
	for range passes {
		ld, err := new(plog.ProtoUnmarshaler).UnmarshalLogs(in)
		if err != nil {
			return 0, err
		}
		if err := next.ConsumeLogs(context.Background(), ld); err != nil {
			return 0, err
		}
	}
	return float64(used()-before) / passes, nil
}

func used() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
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
