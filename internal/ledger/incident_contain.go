package ledger

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/airtight-telemetry/airtight/internal/finding"
)

// orders are the containments that this process has ordered for incidents.
type orders struct {
	mu   sync.Mutex
	made map[source]time.Time // until when
}

type source struct{ service, namespace string }

// ContainIncident contains the source of an open incident for a time, in the gates
// of every process that keeps this ledger. It ends by itself.
func (l *Ledger) ContainIncident(ctx context.Context, id string, d time.Duration, by string) error {
	switch {
	case l.options.Hub == nil:
		return InvalidChange{errors.New("there are no gates here to contain a source: ask the Collector that keeps the ledger")}
	case d <= 0 || d > finding.MaxContainment:
		return InvalidChange{fmt.Errorf("for: must be a time of at most %s, such as 15m", strings.TrimSuffix(finding.MaxContainment.String(), "0m0s"))}
	}
	r, err := l.incidentNamed(ctx, id)
	if err != nil {
		return err
	}
	if r.State == IncidentClosed {
		return InvalidChange{errors.New("the incident is closed: only an open one contains its source")}
	}
	now := l.options.now()
	err = l.db.write(ctx, func(tx *tx) error { return tx.contain(id, now.Add(d), by, "contained for "+d.String(), now) })
	if err != nil {
		return err
	}
	err = l.carryOut(ctx)
	if errors.Is(err, finding.ErrContainmentName) || errors.Is(err, finding.ErrContainmentFull) {
		if r, e := l.incidentNamed(ctx, id); e == nil {
			_ = l.endContainment(ctx, r, Actor, "the gates refuse it", now)
		}
		return InvalidChange{err}
	}
	return err
}

// ReleaseIncident ends the containment of an incident's source.
func (l *Ledger) ReleaseIncident(ctx context.Context, id, by string) error {
	r, err := l.incidentNamed(ctx, id)
	if err != nil {
		return err
	}
	if r.Containment == nil {
		return InvalidChange{errors.New("the incident contains nothing")}
	}
	if err := l.endContainment(ctx, r, by, "released", l.options.now()); err != nil {
		return err
	}
	return l.carryOut(ctx)
}

func (t *tx) contain(id string, until time.Time, by, why string, now time.Time) error {
	if _, err := t.exec(`UPDATE incident SET contained_until = ?, contained_by = ? WHERE id = ?`, millis(until), by, id); err != nil {
		return err
	}
	return t.audit(Entry{At: now, Actor: by, Action: "contain", Incident: id, Became: "contained", Reason: why, Expires: until})
}

// endContainment ends one unless it was ended or prolonged in the meantime.
func (l *Ledger) endContainment(ctx context.Context, r *incidentRow, by, why string, now time.Time) error {
	return l.db.write(ctx, func(tx *tx) error {
		n, err := tx.exec(`UPDATE incident SET contained_until = 0, contained_by = '' WHERE id = ? AND contained_until = ?`, r.ID, r.containedUntil)
		if err != nil || n == 0 {
			return err
		}
		return tx.audit(Entry{At: now, Actor: by, Action: "release", Incident: r.ID, Was: "contained", Reason: why})
	})
}

// endContainments notes the end of those whose time is over.
func (l *Ledger) endContainments(ctx context.Context, now time.Time) error {
	over, err := l.incidentRows(ctx, `i.contained_until > 0 AND i.contained_until <= ?`, millis(now))
	for i := range over {
		err = errors.Join(err, l.endContainment(ctx, &over[i], Actor, "its time is over", now))
	}
	return err
}

// carryOut makes the gates of this process contain what the ledger says, whoever
// said it: a containment outlives a restart, and reaches each process that keeps the
// ledger.
func (l *Ledger) carryOut(ctx context.Context) error {
	hub := l.options.Hub
	if hub == nil {
		return nil
	}
	l.orders.mu.Lock()
	defer l.orders.mu.Unlock()
	now := l.options.now()
	rows, err := l.incidentRows(ctx, `i.contained_until > ?`, millis(now))
	if err != nil {
		return err
	}
	wanted := map[source]*incidentRow{}
	for i := range rows {
		r := &rows[i]
		at := source{r.Service, r.Namespace}
		if w := wanted[at]; w == nil || w.containedUntil < r.containedUntil {
			wanted[at] = r
		}
	}
	if l.orders.made == nil {
		l.orders.made = map[source]time.Time{}
	}
	var errs []error
	for at, r := range wanted {
		until := r.Containment.Until
		if l.orders.made[at].Equal(until) {
			continue
		}
		// The hub goes by the time of day, and tests by their own.
		c := finding.Containment{Service: at.service, Namespace: at.namespace, Until: time.Now().Add(until.Sub(now)), Reason: "incident " + r.ID, By: r.Containment.By}
		if err := hub.Contain(c); err != nil {
			errs = append(errs, fmt.Errorf("a source can't be contained: %w", err))
			continue
		}
		l.orders.made[at] = until
	}
	for at, until := range l.orders.made {
		if wanted[at] != nil {
			continue
		}
		delete(l.orders.made, at)
		if until.After(now) {
			hub.Release(at.service, at.namespace)
		}
	}
	return errors.Join(errs...)
}
