package quiet

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// MeterProvider is a provider whose measurements carry scrubbed attributes: a
// server's metrics name the Host header of whoever called. Two sets that become
// equal are one series. Instruments' names, descriptions and units are the code's
// own and stay.
func MeterProvider(inner metric.MeterProvider) metric.MeterProvider { return meterProvider{inner} }

type meterProvider struct{ metric.MeterProvider }

func (p meterProvider) Meter(name string, options ...metric.MeterOption) metric.Meter {
	return meter{p.MeterProvider.Meter(name, options...)}
}

// meter wraps the instruments that are written to. Observable ones stay as they
// are, since RegisterCallback must hand the SDK its own, and their callbacks are
// wrapped instead.
type meter struct{ metric.Meter }

func (m meter) Int64Counter(name string, o ...metric.Int64CounterOption) (metric.Int64Counter, error) {
	i, err := m.Meter.Int64Counter(name, o...)
	return int64Counter{i}, err
}

func (m meter) Int64UpDownCounter(name string, o ...metric.Int64UpDownCounterOption) (metric.Int64UpDownCounter, error) {
	i, err := m.Meter.Int64UpDownCounter(name, o...)
	return int64UpDownCounter{i}, err
}

func (m meter) Int64Histogram(name string, o ...metric.Int64HistogramOption) (metric.Int64Histogram, error) {
	i, err := m.Meter.Int64Histogram(name, o...)
	return int64Histogram{i}, err
}

func (m meter) Int64Gauge(name string, o ...metric.Int64GaugeOption) (metric.Int64Gauge, error) {
	i, err := m.Meter.Int64Gauge(name, o...)
	return int64Gauge{i}, err
}

func (m meter) Float64Counter(name string, o ...metric.Float64CounterOption) (metric.Float64Counter, error) {
	i, err := m.Meter.Float64Counter(name, o...)
	return float64Counter{i}, err
}

func (m meter) Float64UpDownCounter(name string, o ...metric.Float64UpDownCounterOption) (metric.Float64UpDownCounter, error) {
	i, err := m.Meter.Float64UpDownCounter(name, o...)
	return float64UpDownCounter{i}, err
}

func (m meter) Float64Histogram(name string, o ...metric.Float64HistogramOption) (metric.Float64Histogram, error) {
	i, err := m.Meter.Float64Histogram(name, o...)
	return float64Histogram{i}, err
}

func (m meter) Float64Gauge(name string, o ...metric.Float64GaugeOption) (metric.Float64Gauge, error) {
	i, err := m.Meter.Float64Gauge(name, o...)
	return float64Gauge{i}, err
}

// An option list can be read but a callback in it can't be taken out, so an
// observable instrument is made from what the list says.

func (m meter) Int64ObservableCounter(name string, o ...metric.Int64ObservableCounterOption) (metric.Int64ObservableCounter, error) {
	c := metric.NewInt64ObservableCounterConfig(o...)
	o = []metric.Int64ObservableCounterOption{metric.WithDescription(c.Description()), metric.WithUnit(c.Unit())}
	for _, f := range c.Callbacks() {
		o = append(o, metric.WithInt64Callback(int64Callback(f)))
	}
	return m.Meter.Int64ObservableCounter(name, o...)
}

func (m meter) Int64ObservableUpDownCounter(name string, o ...metric.Int64ObservableUpDownCounterOption) (metric.Int64ObservableUpDownCounter, error) {
	c := metric.NewInt64ObservableUpDownCounterConfig(o...)
	o = []metric.Int64ObservableUpDownCounterOption{metric.WithDescription(c.Description()), metric.WithUnit(c.Unit())}
	for _, f := range c.Callbacks() {
		o = append(o, metric.WithInt64Callback(int64Callback(f)))
	}
	return m.Meter.Int64ObservableUpDownCounter(name, o...)
}

func (m meter) Int64ObservableGauge(name string, o ...metric.Int64ObservableGaugeOption) (metric.Int64ObservableGauge, error) {
	c := metric.NewInt64ObservableGaugeConfig(o...)
	o = []metric.Int64ObservableGaugeOption{metric.WithDescription(c.Description()), metric.WithUnit(c.Unit())}
	for _, f := range c.Callbacks() {
		o = append(o, metric.WithInt64Callback(int64Callback(f)))
	}
	return m.Meter.Int64ObservableGauge(name, o...)
}

func (m meter) Float64ObservableCounter(name string, o ...metric.Float64ObservableCounterOption) (metric.Float64ObservableCounter, error) {
	c := metric.NewFloat64ObservableCounterConfig(o...)
	o = []metric.Float64ObservableCounterOption{metric.WithDescription(c.Description()), metric.WithUnit(c.Unit())}
	for _, f := range c.Callbacks() {
		o = append(o, metric.WithFloat64Callback(float64Callback(f)))
	}
	return m.Meter.Float64ObservableCounter(name, o...)
}

func (m meter) Float64ObservableUpDownCounter(name string, o ...metric.Float64ObservableUpDownCounterOption) (metric.Float64ObservableUpDownCounter, error) {
	c := metric.NewFloat64ObservableUpDownCounterConfig(o...)
	o = []metric.Float64ObservableUpDownCounterOption{metric.WithDescription(c.Description()), metric.WithUnit(c.Unit())}
	for _, f := range c.Callbacks() {
		o = append(o, metric.WithFloat64Callback(float64Callback(f)))
	}
	return m.Meter.Float64ObservableUpDownCounter(name, o...)
}

func (m meter) Float64ObservableGauge(name string, o ...metric.Float64ObservableGaugeOption) (metric.Float64ObservableGauge, error) {
	c := metric.NewFloat64ObservableGaugeConfig(o...)
	o = []metric.Float64ObservableGaugeOption{metric.WithDescription(c.Description()), metric.WithUnit(c.Unit())}
	for _, f := range c.Callbacks() {
		o = append(o, metric.WithFloat64Callback(float64Callback(f)))
	}
	return m.Meter.Float64ObservableGauge(name, o...)
}

func (m meter) RegisterCallback(f metric.Callback, instruments ...metric.Observable) (metric.Registration, error) {
	return m.Meter.RegisterCallback(func(ctx context.Context, o metric.Observer) error {
		return f(ctx, multiObserver{o})
	}, instruments...)
}

type (
	int64Counter         struct{ metric.Int64Counter }
	int64UpDownCounter   struct{ metric.Int64UpDownCounter }
	int64Histogram       struct{ metric.Int64Histogram }
	int64Gauge           struct{ metric.Int64Gauge }
	float64Counter       struct{ metric.Float64Counter }
	float64UpDownCounter struct{ metric.Float64UpDownCounter }
	float64Histogram     struct{ metric.Float64Histogram }
	float64Gauge         struct{ metric.Float64Gauge }
)

func (i int64Counter) Add(ctx context.Context, n int64, o ...metric.AddOption) {
	i.Int64Counter.Add(ctx, n, addOptions(o)...)
}

func (i int64UpDownCounter) Add(ctx context.Context, n int64, o ...metric.AddOption) {
	i.Int64UpDownCounter.Add(ctx, n, addOptions(o)...)
}

func (i int64Histogram) Record(ctx context.Context, n int64, o ...metric.RecordOption) {
	i.Int64Histogram.Record(ctx, n, recordOptions(o)...)
}

func (i int64Gauge) Record(ctx context.Context, n int64, o ...metric.RecordOption) {
	i.Int64Gauge.Record(ctx, n, recordOptions(o)...)
}

func (i float64Counter) Add(ctx context.Context, n float64, o ...metric.AddOption) {
	i.Float64Counter.Add(ctx, n, addOptions(o)...)
}

func (i float64UpDownCounter) Add(ctx context.Context, n float64, o ...metric.AddOption) {
	i.Float64UpDownCounter.Add(ctx, n, addOptions(o)...)
}

func (i float64Histogram) Record(ctx context.Context, n float64, o ...metric.RecordOption) {
	i.Float64Histogram.Record(ctx, n, recordOptions(o)...)
}

func (i float64Gauge) Record(ctx context.Context, n float64, o ...metric.RecordOption) {
	i.Float64Gauge.Record(ctx, n, recordOptions(o)...)
}

func int64Callback(f metric.Int64Callback) metric.Int64Callback {
	return func(ctx context.Context, o metric.Int64Observer) error { return f(ctx, int64Observer{o}) }
}

func float64Callback(f metric.Float64Callback) metric.Float64Callback {
	return func(ctx context.Context, o metric.Float64Observer) error { return f(ctx, float64Observer{o}) }
}

type (
	int64Observer   struct{ metric.Int64Observer }
	float64Observer struct{ metric.Float64Observer }
	multiObserver   struct{ metric.Observer }
)

func (o int64Observer) Observe(n int64, options ...metric.ObserveOption) {
	o.Int64Observer.Observe(n, observeOptions(options)...)
}

func (o float64Observer) Observe(n float64, options ...metric.ObserveOption) {
	o.Float64Observer.Observe(n, observeOptions(options)...)
}

func (o multiObserver) ObserveInt64(i metric.Int64Observable, n int64, options ...metric.ObserveOption) {
	o.Observer.ObserveInt64(i, n, observeOptions(options)...)
}

func (o multiObserver) ObserveFloat64(i metric.Float64Observable, n float64, options ...metric.ObserveOption) {
	o.Observer.ObserveFloat64(i, n, observeOptions(options)...)
}

func addOptions(o []metric.AddOption) []metric.AddOption {
	if len(o) == 0 {
		return o
	}
	if set, changed := attributeSet(metric.NewAddConfig(o).Attributes()); changed {
		return []metric.AddOption{metric.WithAttributeSet(set)}
	}
	return o
}

func recordOptions(o []metric.RecordOption) []metric.RecordOption {
	if len(o) == 0 {
		return o
	}
	if set, changed := attributeSet(metric.NewRecordConfig(o).Attributes()); changed {
		return []metric.RecordOption{metric.WithAttributeSet(set)}
	}
	return o
}

func observeOptions(o []metric.ObserveOption) []metric.ObserveOption {
	if len(o) == 0 {
		return o
	}
	if set, changed := attributeSet(metric.NewObserveConfig(o).Attributes()); changed {
		return []metric.ObserveOption{metric.WithAttributeSet(set)}
	}
	return o
}

func attributeSet(set attribute.Set) (attribute.Set, bool) {
	for i := range set.Len() {
		kv, _ := set.Get(i)
		if _, diff := keyValue(kv); diff {
			kvs, _ := attributes(set.ToSlice())
			return attribute.NewSet(kvs...), true
		}
	}
	return set, false
}
