package notify

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Alertmanager is an Alertmanager with the API v2. Of several that work together
// each is to be named, as for Prometheus.
//
// It is told what is open, again and again; it groups, repeats and silences by its
// own configuration. An alert ends when its incident is closed or silenced, or some
// minutes after nobody says any more that it goes on.
type Alertmanager struct {
	// Endpoint's URL is that of the Alertmanager, without /api/v2/alerts.
	Endpoint
}

// alertName is the label that Prometheus's alerts bear too.
const alertName = "AirtightLeak"

// lapse is after how many refreshes that did not come an alert ends by itself.
const lapse = 5

// postable is an alert as Alertmanager takes it: PostableAlert in its
// api/v2/openapi.yaml.
type postable struct {
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"`
	GeneratorURL string            `json:"generatorURL,omitempty"`
}

type alertmanager struct {
	Alertmanager
	*Options
	poke chan struct{}

	mu     sync.Mutex
	firing map[string]postable // by their labels, which are what Alertmanager knows them by
	ending map[string]postable // those it is to be told the end of
}

func newAlertmanager(a Alertmanager, o *Options) *alertmanager {
	a.URL = strings.TrimSuffix(a.URL, "/") + "/api/v2/alerts"
	if a.Client == nil {
		a.Client = NewClient(nil)
	}
	return &alertmanager{Alertmanager: a, Options: o, poke: make(chan struct{}, 1), firing: map[string]postable{}, ending: map[string]postable{}}
}

// changed is nothing to it: it goes by what stands.
func (a *alertmanager) changed(Alert) {}

func (a *alertmanager) standing(all []Alert) {
	now := time.Now()
	firing := map[string]postable{}
	for i := range all {
		if !all[i].Silenced {
			p := postableOf(&all[i])
			firing[labelKey(p.Labels)] = p
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	news := false
	for key, p := range a.firing {
		if _, ok := firing[key]; ok {
			continue
		}
		news = true
		if p.EndsAt = now; len(a.ending) < maxAlerts {
			a.ending[key] = p
		} else {
			a.Count(a.Name, Dropped, 1) // it ends by itself
		}
	}
	for key := range firing {
		if _, ok := a.firing[key]; !ok {
			news = true
			delete(a.ending, key) // it goes on
		}
	}
	a.firing = firing
	if news {
		wake(a.poke)
	}
}

func postableOf(a *Alert) postable {
	p := postable{
		Labels:      map[string]string{"alertname": alertName},
		Annotations: map[string]string{"summary": summary(a), "incident": a.ID},
		StartsAt:    a.Opened.UTC(), GeneratorURL: a.Link,
	}
	for name, value := range map[string]string{
		"service": a.Service, "namespace": a.Namespace, "version": a.Version, "class": a.Class, "kind": a.Kind, "severity": a.Severity,
	} {
		if value = strings.ToValidUTF8(value, "\uFFFD"); value != "" {
			p.Labels[name] = value
		}
	}
	for name, value := range map[string]string{"description": strings.Join(a.Reasons, " "), "rules": strings.Join(a.Rules, ", "), "page": a.Link} {
		if value != "" {
			p.Annotations[name] = strings.ToValidUTF8(value, "\uFFFD")
		}
	}
	return p
}

// summary says in a line what an alert is about.
func summary(a *Alert) string {
	service := cmp.Or(a.Service, "a service without a name")
	switch a.Kind {
	case "rate":
		return fmt.Sprintf("%s leaks more of the class %s than is ordinary", service, a.Class)
	case "version":
		return fmt.Sprintf("%s leaks the class %s since version %s", service, a.Class, a.Version)
	default:
		return fmt.Sprintf("%s leaks the class %s for the first time", service, a.Class)
	}
}

func labelKey(labels map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		_, _ = fmt.Fprintf(&b, "%q=%q,", name, labels[name])
	}
	return b.String()
}

func (a *alertmanager) run(ctx context.Context) {
	var b backoff
	wait := a.refresh
	for {
		next := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			next.Stop()
			return
		case <-a.poke:
			if !pause(ctx, min(a.group, wait)) { // for what comes together
				next.Stop()
				return
			}
		case <-next.C:
		}
		next.Stop()
		err := a.send(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			b, wait = backoff{}, a.refresh
		default:
			a.Report(fmt.Errorf("alerts wait: %s: %w", a.Name, err))
			wait = min(b.after(err, a.firstRetry), a.refresh)
		}
	}
}

// send tells all that is firing and what has ended.
func (a *alertmanager) send(ctx context.Context) error {
	a.mu.Lock()
	ends := time.Now().Add(lapse * a.refresh).UTC()
	ended := maps.Clone(a.ending)
	all := make([]postable, 0, len(a.firing)+len(ended))
	for _, key := range slices.Sorted(maps.Keys(a.firing)) {
		p := a.firing[key]
		p.EndsAt = ends
		all = append(all, p)
	}
	for _, key := range slices.Sorted(maps.Keys(ended)) {
		all = append(all, ended[key])
	}
	a.mu.Unlock()
	if len(all) == 0 {
		return nil
	}
	body, err := json.Marshal(all)
	if err != nil {
		return err
	}
	if err := a.post(ctx, body, nil); err != nil {
		var refused refusal
		if errors.As(err, &refused) {
			a.Count(a.Name, Failed, len(all))
		}
		return err
	}
	a.Count(a.Name, Sent, len(all))
	a.mu.Lock()
	defer a.mu.Unlock()
	for key, p := range ended {
		if now, ok := a.ending[key]; ok && now.EndsAt.Equal(p.EndsAt) {
			delete(a.ending, key)
		}
	}
	return nil
}

// flush sends the ends that were not sent. What goes on is for another process, or
// for this one when it is back, to say.
func (a *alertmanager) flush(ctx context.Context) {
	a.mu.Lock()
	left := len(a.ending)
	a.mu.Unlock()
	if left == 0 {
		return
	}
	if err := a.send(ctx); err != nil {
		a.Report(fmt.Errorf("alerts are lost: %s: %w", a.Name, err))
	}
}
