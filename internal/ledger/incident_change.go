package ledger

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/watch"
)

// incidentLock is PostgreSQL's advisory lock for opening incidents.
const incidentLock = 0x61697274696703

// opening is what an incident is opened with.
type opening struct {
	incidentKey
	reasons  []string
	span     string
	expected float64
	observed int64
	leaks    []string
}

// newID is a random id: 16 characters of lower-case base32.
func newID() string {
	var b [10]byte
	_, _ = rand.Read(b[:]) // never fails, see crypto/rand
	return strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
}

// errFlood says that a name never seen before opens no incident for now.
var errFlood = fmt.Errorf("%d incidents are open: no more are opened for services and versions that are new until some are closed", maxOpen)

// begin opens an incident, or reopens the one of its kind that closed by itself a
// short while ago. It does nothing if one is open, if a person has just closed one, or
// if all its leaks are dealt with.
func (s *sight) begin(o opening) error {
	if s.hushed(s.byKey[o.incidentKey]) {
		return nil
	}
	if o.kind != RateIncident && s.open >= maxOpen {
		return errFlood
	}
	id, err := "", error(nil)
	err = s.db.write(s.ctx, func(tx *tx) error {
		id, err = tx.begin(o, s.now)
		if err != nil || id == "" || !slices.Contains(s.watching.ContainOn, o.kind) || s.watching.ContainFor <= 0 {
			return err
		}
		return tx.contain(id, s.now.Add(s.watching.ContainFor), Actor, "an incident of the kind "+string(o.kind)+" contains its source", s.now)
	})
	if err != nil || id == "" {
		return err
	}
	s.open++
	return s.tell(s.ctx, id)
}

// begin returns the id of what it opened, or nothing.
func (t *tx) begin(o opening, now time.Time) (id string, err error) {
	if t.postgres {
		if _, err := t.exec(`SELECT pg_advisory_xact_lock(?)`, int64(incidentLock)); err != nil {
			return "", err
		}
	}
	var closed int64
	var by string
	err = t.row(`SELECT id, closed, closed_by FROM incident WHERE kind = ? AND service = ? AND namespace = ? AND class = ? AND version = ?
		ORDER BY CASE WHEN closed = 0 THEN 0 ELSE 1 END, closed DESC LIMIT 1`, string(o.kind), o.Service, o.Namespace, o.Class, o.version).Scan(&id, &closed, &by)
	if err != nil && none(err) != ErrNotFound {
		return "", err
	}
	recent := id != "" && (closed == 0 || closed > millis(now.Add(-reopenWithin)))
	if recent && (closed == 0 || by != Actor) {
		return "", nil
	}
	was := State("")
	if recent {
		was = State(IncidentClosed)
	} else {
		id = newID()
	}
	// A leak that was dealt with is no news.
	left := 0
	for _, leak := range o.leaks {
		n := 0
		if err := t.row(`SELECT COUNT(*) FROM leak WHERE id = ? AND state NOT IN `+dealt, leak).Scan(&n); err != nil {
			return "", err
		}
		left += n
	}
	if left == 0 && len(o.leaks) > 0 {
		return "", nil
	}
	if recent {
		_, err = t.exec(`UPDATE incident SET closed = 0, closed_by = '', closed_reason = '', reopened = reopened + 1, last_seen = ?, expected = ?, observed = ?, span = ?, reasons = ? WHERE id = ?`,
			millis(now), o.expected, o.observed, o.span, listText(o.reasons), id)
	} else {
		_, err = t.exec(`INSERT INTO incident (id, kind, service, namespace, version, class, severity, rules, reasons, span, expected, observed, opened, last_seen,
			closed, closed_by, closed_reason, reopened, contained_until, contained_by) VALUES (?, ?, ?, ?, ?, ?, '', '[]', ?, ?, ?, ?, ?, ?, 0, '', '', 0, 0, '')`,
			id, string(o.kind), o.Service, o.Namespace, o.version, o.Class, listText(o.reasons), o.span, o.expected, o.observed, millis(now), millis(now))
	}
	if err != nil {
		return "", err
	}
	if err := t.link(id, o.leaks); err != nil {
		return "", err
	}
	return id, t.audit(Entry{At: now, Actor: Actor, Action: "incident", Incident: id, Was: was, Became: State(IncidentOpen), Reason: o.reasons[0]})
}

// link notes leaks of an incident, with their rules and the highest severity.
func (t *tx) link(id string, leaks []string) error {
	var linked int
	if err := t.row(`SELECT COUNT(*) FROM incident_leak WHERE incident_id = ?`, id).Scan(&linked); err != nil {
		return err
	}
	for _, leak := range leaks {
		if linked >= maxLinked {
			break
		}
		n, err := t.exec(`INSERT INTO incident_leak (incident_id, leak_id) SELECT ?, id FROM leak WHERE id = ? ON CONFLICT (incident_id, leak_id) DO NOTHING`, id, leak)
		if err != nil {
			return err
		}
		linked += int(n)
	}
	rules, err := t.ids(`SELECT DISTINCT k.rule FROM incident_leak n JOIN leak k ON k.id = n.leak_id WHERE n.incident_id = ? ORDER BY k.rule`, id)
	if err != nil {
		return err
	}
	severities, err := t.ids(`SELECT DISTINCT k.severity FROM incident_leak n JOIN leak k ON k.id = n.leak_id WHERE n.incident_id = ?`, id)
	if err != nil {
		return err
	}
	highest := ""
	for _, s := range severities {
		if slices.Index(rule.Severities(), s) >= slices.Index(rule.Severities(), highest) {
			highest = s
		}
	}
	_, err = t.exec(`UPDATE incident SET rules = ?, severity = ? WHERE id = ?`, listText(rules), highest, id)
	return err
}

// link notes leaks that an open incident does not have yet.
func (s *sight) link(r *incidentRow, leaks []string) error {
	news := slices.DeleteFunc(slices.Clone(leaks), func(id string) bool { return slices.Contains(r.Leaks, id) })
	if r.State != IncidentOpen || len(news) == 0 || len(r.Leaks) >= maxLinked {
		return nil
	}
	return s.db.write(s.ctx, func(tx *tx) error { return tx.link(r.ID, news) })
}

// seenAgain continues an incident about a rate.
func (s *sight) seenAgain(r *incidentRow, v watch.Verdict) error {
	if s.now.Sub(r.LastSeen) < refreshEvery {
		return nil
	}
	r.LastSeen = s.now
	return s.db.write(s.ctx, func(tx *tx) error {
		if v.Surge {
			_, err := tx.exec(`UPDATE incident SET last_seen = ?, expected = ?, observed = ?, span = ? WHERE id = ? AND closed = 0`, millis(s.now), v.Expected, v.Observed, string(v.Window), r.ID)
			return err
		}
		_, err := tx.exec(`UPDATE incident SET last_seen = ? WHERE id = ? AND closed = 0`, millis(s.now), r.ID)
		return err
	})
}

// finish closes an incident that is over.
func (s *sight) finish(r *incidentRow, why string) error {
	return s.closeIncident(s.ctx, r.ID, Actor, why, s.now)
}

// closeIncident closes an incident unless another has.
func (l *Ledger) closeIncident(ctx context.Context, id, by, why string, now time.Time) error {
	done := false
	err := l.db.write(ctx, func(tx *tx) error {
		n, err := tx.exec(`UPDATE incident SET closed = ?, closed_by = ?, closed_reason = ? WHERE id = ? AND closed = 0`, millis(now), by, why, id)
		if done = n > 0; err != nil || !done {
			return err
		}
		return tx.audit(Entry{At: now, Actor: by, Action: "incident", Incident: id, Was: State(IncidentOpen), Became: State(IncidentClosed), Reason: why})
	})
	if err != nil || !done {
		return err
	}
	return l.tell(ctx, id)
}

// incidentNamed is an incident, or ErrNoIncident.
func (l *Ledger) incidentNamed(ctx context.Context, id string) (*incidentRow, error) {
	rows, err := l.incidentRows(ctx, `i.id = ?`, id)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, ErrNoIncident
	}
	return &rows[0], nil
}

// tell tells the listener of an incident that this process has changed.
func (l *Ledger) tell(ctx context.Context, id string) error {
	if l.watching == nil || l.watching.Listener == nil {
		return nil
	}
	r, err := l.incidentNamed(ctx, id)
	if err != nil {
		return err
	}
	l.watching.Listener.Changed(r.Incident)
	return nil
}

// tellStanding tells the listener what is open.
func (l *Ledger) tellStanding(ctx context.Context) error {
	if l.watching.Listener == nil {
		return nil
	}
	rows, err := l.incidentRows(ctx, `i.closed = 0 ORDER BY i.opened`)
	if err != nil {
		return err
	}
	all := make([]Incident, len(rows))
	for i := range rows {
		all[i] = rows[i].Incident
	}
	l.watching.Listener.Standing(all)
	return nil
}

// CloseIncident closes an incident by a person's decision and ends its containment.
// It does not open again for 24 hours. The reason is mandatory.
func (l *Ledger) CloseIncident(ctx context.Context, id, by, reason string) error {
	switch reason = strings.TrimSpace(reason); {
	case reason == "":
		return InvalidChange{errors.New("reason: say why the incident is closed")}
	case len(reason) > maxReason:
		return InvalidChange{fmt.Errorf("reason: must not be longer than %d bytes", maxReason)}
	}
	reason = l.scrub(reason)
	r, err := l.incidentNamed(ctx, id)
	if err != nil {
		return err
	}
	if r.State == IncidentClosed {
		return InvalidChange{errors.New("the incident is closed already")}
	}
	if r.Containment != nil {
		if err := l.ReleaseIncident(ctx, id, by); err != nil {
			return err
		}
	}
	return l.closeIncident(ctx, id, by, reason, l.options.now())
}
