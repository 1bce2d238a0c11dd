package pipelines

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/confmap"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

func parse(t *testing.T, yaml string) *confmap.Conf {
	t.Helper()
	retrieved, err := confmap.NewRetrievedFromYAML([]byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	conf, err := retrieved.AsConf()
	if err != nil {
		t.Fatal(err)
	}
	return conf
}

func TestPaths(t *testing.T) {
	for _, c := range []struct{ name, yaml, want string }{
		{"empty", ``, ""},
		{"one", `service: {pipelines: {logs: {receivers: [otlp], processors: [memory_limiter, airtight], exporters: [otlp]}}}`,
			"logs: otlp -> memory_limiter -> airtight -> otlp | gate airtight | queue memory\n"},
		{"one id is a list", `service: {pipelines: {logs: {receivers: otlp, processors: airtight/x, exporters: otlp/y}}}`,
			"logs: otlp -> airtight/x -> otlp/y | gate airtight/x | queue memory\n"},
		{"open", `service: {pipelines: {traces/a: {receivers: [otlp, kafka], exporters: [otlp, file]}}}`, "" +
			"traces/a: otlp -> otlp | open | queue memory\n" +
			"traces/a: otlp -> file | open | queue none\n" +
			"traces/a: kafka -> otlp | open | queue memory\n" +
			"traces/a: kafka -> file | open | queue none\n"},
		{"type, not name", `service: {pipelines: {logs: {receivers: [otlp], processors: [attributes/airtight], exporters: [otlp]}}}`,
			"logs: otlp -> attributes/airtight -> otlp | open | queue memory\n"},
		{"shadow", `
processors: {airtight: {mode: shadow}, airtight/b: {mode: enforce}}
service: {pipelines: {logs: {receivers: [otlp], processors: [airtight], exporters: [otlp]}, logs/b: {receivers: [otlp], processors: [airtight, airtight/b], exporters: [otlp]}}}`, "" +
			"logs: otlp -> airtight -> otlp | shadow airtight | queue memory\n" +
			"logs/b: otlp -> airtight -> airtight/b -> otlp | gate airtight/b | queue memory\n"},
		{"queues", `
exporters: {otlp/p: {sending_queue: {storage: file_storage}}, otlp/n: {sending_queue: {enabled: false}}, otlp/m: {sending_queue: {queue_size: 3}}}
service: {pipelines: {logs: {receivers: [otlp], processors: [airtight, batch/x], exporters: [otlp/p, otlp/n, otlp/m]}}}`, "" +
			"logs: otlp -> airtight -> batch/x -> otlp/p | gate airtight | queue persistent | batch/x\n" +
			"logs: otlp -> airtight -> batch/x -> otlp/n | gate airtight | queue none | batch/x\n" +
			"logs: otlp -> airtight -> batch/x -> otlp/m | gate airtight | queue memory | batch/x\n"},
		{"connectors", `
connectors: {forward: {}, count: {}}
service:
  pipelines:
    traces/in: {receivers: [otlp], processors: [airtight], exporters: [forward, count]}
    traces/out: {receivers: [forward], exporters: [otlp]}
    metrics: {receivers: [count, prometheus], exporters: [otlp]}`, "" +
			"metrics: prometheus -> otlp | open | queue memory\n" +
			"traces/in,traces/out: otlp -> airtight -> forward -> otlp | gate airtight | queue memory\n" +
			"traces/in,metrics: otlp -> airtight -> count -> otlp | gate airtight | queue memory\n"},
		{"cycle", `
connectors: {a: {}, b: {}}
service: {pipelines: {logs/1: {receivers: [otlp, b], exporters: [a]}, logs/2: {receivers: [a], exporters: [b, otlp]}}}`,
			"logs/1,logs/2: otlp -> a -> otlp | open | queue memory\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, err := Read(parse(t, c.yaml))
			if err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			for _, p := range g.Paths() {
				gate := "open"
				if p.Gate != "" {
					gate = map[bool]string{true: "gate ", false: "shadow "}[p.Gated()] + p.Gate
				}
				fmt.Fprintf(&got, "%s: %s | %s | queue %s", strings.Join(p.Pipelines, ","), p, gate, p.Queue)
				if p.Batcher != "" {
					fmt.Fprintf(&got, " | %s", p.Batcher)
				}
				got.WriteString("\n")
			}
			if got.String() != c.want {
				t.Errorf("got\n%swant\n%s", got.String(), c.want)
			}
		})
	}
}

func TestReadErrors(t *testing.T) {
	for yaml, want := range map[string]string{
		`receivers: [otlp]`:                                 "receivers: ",
		`service: x`:                                        "service: ",
		`service: {pipelines: [logs]}`:                      "service::pipelines: ",
		`service: {pipelines: {logs: x}}`:                   "service::pipelines::logs: ",
		`service: {pipelines: {logs: {exporters: {a: b}}}}`: "service::pipelines::logs::exporters: ",
		`service: {pipelines: {logs: {receivers: [1]}}}`:    "service::pipelines::logs::receivers::0: ",
	} {
		if _, err := Read(parse(t, yaml)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v, want an error that begins with %q", yaml, err, want)
		}
	}
}

func TestConverter(t *testing.T) {
	for _, c := range []struct {
		name, yaml, fault string
		warnings          int
	}{
		{"gated debug", `service: {pipelines: {logs: {receivers: [otlp], processors: [airtight], exporters: [debug]}}}`, "", 0},
		{"open debug", `service: {pipelines: {logs/x: {receivers: [otlp, kafka], exporters: [debug/a]}}}`, `service::pipelines::logs/x: exporter "debug/a"`, 0},
		{"debug in shadow", `{processors: {airtight: {mode: shadow}}, service: {pipelines: {logs: {receivers: [otlp], processors: [airtight], exporters: [debug]}}}}`, "shadow mode", 0},
		{"open elsewhere", `service: {pipelines: {logs: {receivers: [otlp], exporters: [otlp]}, traces: {receivers: [otlp], processors: [airtight], exporters: [debug]}}}`, "", 1},
		{"behind a connector", `{connectors: {forward: {}}, service: {pipelines: {logs: {receivers: [otlp], exporters: [forward]}, logs/b: {receivers: [forward], processors: [airtight], exporters: [debug]}}}}`, "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			core, logs := observer.New(zapcore.WarnLevel)
			conf := parse(t, c.yaml)
			before := fmt.Sprint(conf.ToStringMap())
			err := NewConverterFactory().Create(confmap.ConverterSettings{Logger: zap.New(core)}).Convert(context.Background(), conf)
			switch {
			case c.fault == "" && err != nil:
				t.Error(err)
			case c.fault != "" && (err == nil || strings.Count(err.Error(), c.fault) != 1):
				t.Errorf("got %v, want an error that says once %q", err, c.fault)
			}
			if logs.Len() != c.warnings {
				t.Errorf("%d warnings, want %d", logs.Len(), c.warnings)
			}
			if fmt.Sprint(conf.ToStringMap()) != before {
				t.Error("the config was changed")
			}
		})
	}
}

func TestDestinations(t *testing.T) {
	conf := parse(t, `{processors: {airtight: , airtight/told: {destinations: [mine]}, batch: {}}, connectors: {forward: {}}, service: {pipelines: {
		logs: {receivers: [otlp], processors: [airtight, batch], exporters: [otlp/b, forward]},
		logs/b: {receivers: [forward], exporters: [otlp/a]},
		traces: {receivers: [otlp], processors: [airtight], exporters: [otlp/b]},
		metrics: {receivers: [otlp], processors: [airtight/told], exporters: [otlp/b]}}}}`)
	if err := NewConverterFactory().Create(confmap.ConverterSettings{Logger: zap.NewNop()}).Convert(context.Background(), conf); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{"airtight": "[otlp/a otlp/b]", "airtight/told": "[mine]", "batch": "<nil>"} {
		if got := fmt.Sprint(conf.Get("processors::" + id + "::destinations")); got != want {
			t.Errorf("%s: got %s, want %s", id, got, want)
		}
	}
}
