package pipelines

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.opentelemetry.io/collector/confmap"
	"go.uber.org/zap"
)

// Check refuses what is never wanted: a debug exporter, which writes records to
// the process's own output, on a path that does not pass the gate.
func (g *Graph) Check() error {
	var errs []error
	seen := map[string]bool{}
	for _, p := range g.Paths() {
		last := p.Pipelines[len(p.Pipelines)-1]
		if typeOf(p.Exporter) != "debug" || p.Gated() || seen[last+p.Exporter] {
			continue
		}
		seen[last+p.Exporter] = true
		errs = append(errs, fmt.Errorf("service::pipelines::%s: exporter %q would print records that did not pass the gate; "+
			"add the processor %s in front of it%s", last, p.Exporter, GateType, enforcing(p)))
	}
	return errors.Join(errs...)
}

func enforcing(p Path) string {
	if p.Shadow {
		return ", not in shadow mode"
	}
	return ""
}

// Open is the paths on which nothing is masked.
func (g *Graph) Open() []Path {
	var open []Path
	for _, p := range g.Paths() {
		if !p.Gated() {
			open = append(open, p)
		}
	}
	return open
}

// Destinations are the ids of the exporters that each gate's records go to, sorted,
// by the gate's id.
func (g *Graph) Destinations() map[string][]string {
	out := map[string][]string{}
	for _, p := range g.Paths() {
		for _, step := range p.Steps {
			if typeOf(step) == GateType && !slices.Contains(out[step], p.Exporter) {
				out[step] = append(out[step], p.Exporter)
			}
		}
	}
	for _, to := range out {
		slices.Sort(to)
	}
	return out
}

// NewConverterFactory makes a confmap converter that refuses a config that Check
// refuses, when it is loaded and when it is loaded again, and logs a warning for
// every other path that is open. It tells each gate its destinations, where the
// config does not, so that a finding can say where the value went. A distribution
// lists it among its converters.
func NewConverterFactory() confmap.ConverterFactory {
	return confmap.NewConverterFactory(func(set confmap.ConverterSettings) confmap.Converter {
		return converter{set.Logger}
	})
}

type converter struct{ logger *zap.Logger }

func (c converter) Convert(_ context.Context, conf *confmap.Conf) error {
	g, err := Read(conf)
	if err != nil {
		return err
	}
	if err := g.Check(); err != nil {
		return err
	}
	for _, p := range g.Open() {
		c.logger.Warn("Nothing is masked on this path; add the processor "+GateType+" to it"+enforcing(p),
			zap.String("path", p.String()), zap.Strings("pipelines", p.Pipelines))
	}
	for id, to := range g.Destinations() {
		value, defined := g.components["processors"][id]
		config, isMap := value.(map[string]any)
		if _, told := config["destinations"]; told || !defined || value != nil && !isMap {
			continue // what is not defined, or no map, the Collector refuses by itself
		}
		list := make([]any, len(to))
		for i := range to {
			list[i] = to[i]
		}
		more := map[string]any{"processors": map[string]any{id: map[string]any{"destinations": list}}}
		if err := conf.Merge(confmap.NewFromStringMap(more)); err != nil {
			return err
		}
	}
	return nil
}
