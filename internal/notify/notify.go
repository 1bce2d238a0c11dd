// Package notify tells people of incidents: by webhook, and to Alertmanager. It never
// blocks who tells it, holds a bounded number of alerts, groups what comes together,
// says nothing twice, and tries again what was not taken. An alert is made of what the
// ledger knows, and so holds no value.
package notify

import (
	"context"
	"sync"
	"time"
	"unicode/utf8"
)

// Alert is an incident as it is told.
type Alert struct {
	ID        string    `json:"id"`
	State     State     `json:"state"`
	Kind      string    `json:"kind"`
	Service   string    `json:"service"`
	Namespace string    `json:"namespace,omitempty"`
	Version   string    `json:"version,omitempty"`
	Class     string    `json:"class"`
	Severity  string    `json:"severity,omitempty"`
	Rules     []string  `json:"rules"`
	Reasons   []string  `json:"reasons"`
	Expected  float64   `json:"expected"`
	Observed  int64     `json:"observed"`
	Span      string    `json:"span"`
	Opened    time.Time `json:"opened"`
	LastSeen  time.Time `json:"last_seen"`
	Closed    time.Time `json:"closed,omitzero"`
	// ClosedReason says why it is closed.
	ClosedReason string `json:"closed_reason,omitempty"`
	// ContainedUntil is when the containment of the source ends, if it is contained.
	ContainedUntil time.Time `json:"contained_until,omitzero"`
	// Link is the incident's page.
	Link string `json:"link,omitempty"`

	// Silenced says that people know: its leaks were acknowledged, or more.
	Silenced bool `json:"-"`
}

// State is open or closed.
type State string

// The states.
const (
	Open   State = "open"
	Closed State = "closed"
)

const (
	// maxAlerts is how many alerts a target holds.
	maxAlerts = 1000
	// maxText bounds a name in an alert, in bytes.
	maxText = 300
	// timeout bounds one request.
	timeout = 10 * time.Second
	// firstRetry and lastRetry bound how long is waited between tries, and giveUp is
	// how long one alert is tried.
	firstRetry = time.Second
	lastRetry  = 5 * time.Minute
	giveUp     = 6 * time.Hour
)

// Outcome is what became of an alert, for a metric.
type Outcome string

// The outcomes.
const (
	Sent Outcome = "sent"
	// Failed: refused, or not taken for too long.
	Failed Outcome = "failed"
	// Dropped: there was no room for it.
	Dropped Outcome = "dropped"
)

// Options say who is told.
type Options struct {
	Webhooks      []Webhook
	Alertmanagers []Alertmanager
	// Report is told of what goes wrong, without addresses and secrets; it must not be nil.
	Report func(error)
	// Count counts what became of alerts; it must not be nil and must not block.
	Count func(target string, o Outcome, n int)

	pace // for tests
}

// pace is how fast things go.
type pace struct {
	group, firstRetry, refresh time.Duration
}

func (p pace) orDefault() pace {
	if p.group == 0 {
		p.group = 2 * time.Second
	}
	if p.firstRetry == 0 {
		p.firstRetry = firstRetry
	}
	if p.refresh == 0 {
		p.refresh = time.Minute
	}
	return p
}

// target is someone to be told.
type target interface {
	// changed and standing must not block.
	changed(Alert)
	standing([]Alert)
	run(ctx context.Context)
	// flush sends what is left, once.
	flush(ctx context.Context)
}

// Notifier tells of incidents. It is safe for concurrent use.
type Notifier struct {
	targets []target
	cancel  context.CancelFunc
	done    sync.WaitGroup
}

// New starts a Notifier. Close must be called.
func New(o Options) *Notifier {
	o.pace = o.orDefault()
	ctx, cancel := context.WithCancel(context.Background())
	n := &Notifier{cancel: cancel}
	for i := range o.Webhooks {
		n.targets = append(n.targets, newWebhook(o.Webhooks[i], &o))
	}
	for i := range o.Alertmanagers {
		n.targets = append(n.targets, newAlertmanager(o.Alertmanagers[i], &o))
	}
	for _, t := range n.targets {
		n.done.Go(func() { t.run(ctx) })
	}
	return n
}

// Changed tells of an incident that was opened or closed.
func (n *Notifier) Changed(a Alert) {
	a = a.bounded()
	for _, t := range n.targets {
		t.changed(a)
	}
}

// Standing tells of all incidents that are open. It is to be called every few
// seconds: what is not among them any more is over.
func (n *Notifier) Standing(all []Alert) {
	all = all[:min(len(all), maxAlerts)]
	kept := make([]Alert, len(all))
	for i := range all {
		kept[i] = all[i].bounded()
	}
	for _, t := range n.targets {
		t.standing(kept)
	}
}

// Close sends what is waiting, for as long as ctx allows, and ends.
func (n *Notifier) Close(ctx context.Context) {
	n.cancel()
	n.done.Wait()
	var flushing sync.WaitGroup
	for _, t := range n.targets {
		flushing.Go(func() { t.flush(ctx) })
	}
	flushing.Wait()
}

// bounded is the alert with names that are not too long.
func (a Alert) bounded() Alert {
	for _, s := range []*string{&a.Service, &a.Namespace, &a.Version, &a.Class} {
		*s = cut(*s)
	}
	return a
}

func cut(s string) string {
	if len(s) <= maxText {
		return s
	}
	end := maxText
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}

// pause waits, and reports whether it waited to the end.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// wake makes a target look.
func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // it will look
	}
}
