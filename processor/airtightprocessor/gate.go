package airtightprocessor

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"time"

	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/airtight-telemetry/airtight/internal/configguard"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/guard"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/quiet"
	"github.com/airtight-telemetry/airtight/processor/airtightprocessor/internal/metadata"
)

// factory shares one gate among the pipelines that name one processor: they have
// one configuration, and a compiled policy is large.
type factory struct {
	mu    sync.Mutex
	gates map[*Config]*gate
}

// gate is a guard with all that keeps it up to date and reports on it.
type gate struct {
	guard    *guard.Guard
	config   *Config
	observer *observer
	logger   *zap.Logger

	users   int // under factory.mu
	once    sync.Once
	watcher *configguard.Watcher
	// uncontain ends what the gate itself contains.
	uncontain func()

	// scrubbing takes the gate's policy out of what scrubs the process's own
	// output again; nil until a policy is in force.
	scrubbing func()
}

// acquire returns the gate of cfg, a new one for the first user. Each acquire is
// answered by one release, whether the component was started or not.
func (f *factory) acquire(set processor.Settings, cfg *Config) (*gate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	g := f.gates[cfg]
	if g == nil {
		var err error
		if g, err = newGate(set, cfg); err != nil {
			return nil, err
		}
		f.gates[cfg] = g
	}
	g.users++
	return g, nil
}

func (f *factory) release(g *gate) {
	f.mu.Lock()
	g.users--
	last := g.users == 0
	if last {
		delete(f.gates, g.config)
	}
	f.mu.Unlock()
	if last {
		g.close()
	}
}

func newGate(set processor.Settings, cfg *Config) (*gate, error) {
	builder, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	g := &gate{config: cfg, observer: &observer{builder: builder}, logger: set.Logger}
	compiled, err := cfg.Load(time.Now())
	if err == nil {
		g.guard, err = guard.New(compiled, g.observer)
	}
	if err != nil {
		if cfg.OnBadPolicy != configguard.Tombstone {
			builder.Shutdown()
			return nil, err
		}
		g.logger.Error("No policy is in force: every text becomes a tombstone until a policy loads", zap.Error(err))
		if g.guard, err = guard.New(nil, g.observer); err != nil {
			builder.Shutdown()
			return nil, err
		}
	}
	if err := errors.Join(
		builder.RegisterProcessorAirtightPolicyInfoCallback(g.policyInfo),
		builder.RegisterProcessorAirtightContainedSourcesCallback(g.containedSources),
	); err != nil {
		builder.Shutdown()
		return nil, err
	}
	hub := finding.HubNamed(cfg.Hub)
	g.guard.PublishTo(hub.Sink(cfg.Destinations))
	g.uncontain = g.guard.ContainIn(hub, finding.ByPolicy+set.ID.String(), g.contained)
	return g, nil
}

// start is called by each pipeline's component; the first call counts.
func (g *gate) start() {
	g.once.Do(func() {
		if p := g.guard.Policy(); p != nil {
			g.inForce(p)
		}
		g.watcher = g.config.Watch(g.swap, g.reloaded)
	})
}

func (g *gate) close() {
	if g.watcher != nil {
		g.watcher.Close()
	}
	g.uncontain()
	if g.scrubbing != nil {
		g.scrubbing()
	}
	g.observer.builder.Shutdown()
}

func (g *gate) swap(p *policy.Compiled) error {
	if err := g.guard.Swap(p); err != nil {
		return err
	}
	g.inForce(p)
	// The old policy, and what making the new one left behind, is garbage now. The
	// memory limiter counts it, and would refuse senders until the next collection.
	runtime.GC()
	return nil
}

// inForce is called by start and then by the watcher only, never at the same time.
func (g *gate) inForce(p *policy.Compiled) {
	if g.scrubbing == nil {
		// Without a policy the gate would make a tombstone of the very line that
		// says why there is none.
		g.scrubbing = quiet.Add(quiet.Gate(g.guard))
	}
	for _, w := range p.Warnings {
		g.logger.Warn(w)
	}
	g.logger.Info("Policy in force", zap.String("fingerprint", p.Fingerprint), zap.String("catalogue", p.Catalogue), zap.Int("rules", len(p.Rules)))
}

func (g *gate) reloaded(err error) {
	outcome := "applied"
	if err != nil {
		outcome = "rejected"
		g.logger.Error("The changed policy is rejected; what was in force stays in force", zap.Error(err))
	}
	g.observer.builder.ProcessorAirtightReloads.Add(context.Background(), 1, metric.WithAttributes(attribute.String("outcome", outcome)))
}

func (g *gate) policyInfo(_ context.Context, o metric.Int64Observer) error {
	if p := g.guard.Policy(); p != nil {
		o.Observe(1, metric.WithAttributes(attribute.String("fingerprint", p.Fingerprint), attribute.String("catalogue", p.Catalogue)))
	}
	return nil
}

func (g *gate) containedSources(_ context.Context, o metric.Int64Observer) error {
	o.Observe(int64(g.guard.Contained()))
	return nil
}

// contained logs what becomes of a containment. An order is logged by every gate of
// the process, since each may follow it or not.
func (g *gate) contained(e finding.ContainmentEvent) {
	fields := []zap.Field{
		zap.String("service", e.Service), zap.String("namespace", e.Namespace),
		zap.String("change", string(e.Change)), zap.String("by", e.By), zap.String("reason", e.Reason), zap.Time("until", e.Until),
	}
	switch e.Change {
	case finding.ContainmentStarted, finding.ContainmentProlonged:
		g.logger.Warn("A source is contained: all its texts are masked until then", fields...)
	default:
		g.logger.Info("A source is no longer contained", fields...)
	}
}
