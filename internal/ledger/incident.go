package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// IncidentKind is why an incident was opened.
type IncidentKind string

// The kinds.
const (
	// RateIncident: a source leaks more than is ordinary for it.
	RateIncident IncidentKind = "rate"
	// NoveltyIncident: a service leaks a class for the first time.
	NoveltyIncident IncidentKind = "novelty"
	// VersionIncident: a version of a service leaks what the one before did not.
	VersionIncident IncidentKind = "version"
)

// IncidentKinds lists every kind.
func IncidentKinds() []IncidentKind {
	return []IncidentKind{RateIncident, NoveltyIncident, VersionIncident}
}

// IncidentState says whether an incident is over.
type IncidentState string

// The states of incidents.
const (
	IncidentOpen   IncidentState = "open"
	IncidentClosed IncidentState = "closed"
)

// Incident is an incident as lists show it.
type Incident struct {
	ID        string       `json:"id"`
	Kind      IncidentKind `json:"kind"`
	Service   string       `json:"service"`
	Namespace string       `json:"namespace,omitempty"`
	// Version is the version a VersionIncident is about.
	Version  string        `json:"version,omitempty"`
	Class    string        `json:"class"`
	Severity string        `json:"severity,omitempty"`
	Rules    []string      `json:"rules"`
	Leaks    []string      `json:"leaks"` // ids, at most a hundred
	State    IncidentState `json:"state"`
	Opened   time.Time     `json:"opened"`
	LastSeen time.Time     `json:"last_seen"`
	Closed   time.Time     `json:"closed,omitzero"`
	ClosedBy string        `json:"closed_by,omitempty"`
	// ClosedReason says why, in a sentence or in a responder's words.
	ClosedReason string `json:"closed_reason,omitempty"`
	// Reopened is how often it flared up again after it was closed.
	Reopened int64 `json:"reopened,omitempty"`
	// Expected and Observed are findings in a Span: an hour, a day, days, or since the
	// incident was opened. Of an hour or day that still runs, Expected is for the whole.
	Expected float64 `json:"expected"`
	Observed int64   `json:"observed"`
	Span     string  `json:"span"`
	// Reasons are sentences that say what speaks for it.
	Reasons []string `json:"reasons"`
	// Silenced says that its leaks were all acknowledged, or more: nobody is told.
	Silenced bool `json:"silenced,omitempty"`
	// Containment is set while the source is contained because of it.
	Containment *IncidentContainment `json:"containment,omitempty"`
}

// IncidentContainment is how long a source is contained, and by whose order.
type IncidentContainment struct {
	Until time.Time `json:"until"`
	By    string    `json:"by"`
	// Reaches says which gates the order reaches.
	Reaches string `json:"reaches"`
}

// reaches is the honest limit of a containment.
const reaches = "the gates of the processes that keep this ledger; those of sidecars and other Collectors are not reached"

// IncidentDetail is an incident with all that is known of it.
type IncidentDetail struct {
	Incident
	// Leaking are its leaks.
	Leaking []Leak `json:"leaking"`
	// Timeline counts its leaks by the hour, from two days before it was opened.
	Timeline []Hour `json:"timeline"`
	// Events are its entries in the audit.
	Events []Entry `json:"events"`
}

// IncidentFilter says which incidents to list. Empty fields leave all in.
type IncidentFilter struct {
	Service, Class string
	State          IncidentState
	Kind           IncidentKind
	// Leak leaves those in that a leak is part of.
	Leak string
	// Since leaves those in that were open then or later.
	Since time.Time
	// Next is the Next of the page before.
	Next string
	// Limit is the most incidents on a page; by default 100, at most 1000.
	Limit int
}

// IncidentPage is a part of a list.
type IncidentPage struct {
	Incidents []Incident `json:"incidents"`
	// Next asks for the page after this one; empty on the last.
	Next string `json:"next"`
}

// ErrNoIncident says that there is no such incident.
var ErrNoIncident = errors.New("there is no such incident")

// handled are the states in which a leak was looked at, and dealt those in which
// nothing is left to do.
const (
	handled = `('acknowledged', 'rotated', 'fixed', 'accepted')`
	dealt   = `('rotated', 'fixed', 'accepted')`
)

const incidentColumns = `i.id, i.kind, i.service, i.namespace, i.version, i.class, i.severity, i.rules, i.reasons, i.span, i.expected, i.observed,
	i.opened, i.last_seen, i.closed, i.closed_by, i.closed_reason, i.reopened, i.contained_until, i.contained_by,
	(SELECT COUNT(*) FROM incident_leak n WHERE n.incident_id = i.id),
	(SELECT COUNT(*) FROM incident_leak n JOIN leak k ON k.id = n.leak_id WHERE n.incident_id = i.id AND k.state IN ` + handled + `),
	(SELECT COUNT(*) FROM incident_leak n JOIN leak k ON k.id = n.leak_id WHERE n.incident_id = i.id AND k.state IN ` + dealt + `)`

// incidentRow is a row of incidentColumns.
type incidentRow struct {
	Incident
	containedUntil int64
	dealtWith      bool // with all its leaks
}

func (l *Ledger) scanIncident(rows *sql.Rows) (i incidentRow, err error) {
	var rules, reasons, containedBy string
	var opened, last, closed, leaks, handled, dealt int64
	err = rows.Scan(&i.ID, &i.Kind, &i.Service, &i.Namespace, &i.Version, &i.Class, &i.Severity, &rules, &reasons, &i.Span, &i.Expected, &i.Observed,
		&opened, &last, &closed, &i.ClosedBy, &i.ClosedReason, &i.Reopened, &i.containedUntil, &containedBy, &leaks, &handled, &dealt)
	if err != nil {
		return i, err
	}
	i.Opened, i.LastSeen, i.Closed, i.State = fromMillis(opened), fromMillis(last), fromMillis(closed), IncidentOpen
	if closed > 0 {
		i.State = IncidentClosed
	}
	i.Rules, i.Reasons, i.Leaks = textList(rules), textList(reasons), []string{}
	i.Silenced, i.dealtWith = leaks > 0 && handled == leaks, leaks > 0 && dealt == leaks
	if i.containedUntil > millis(l.options.now()) {
		i.Containment = &IncidentContainment{Until: fromMillis(i.containedUntil), By: containedBy, Reaches: reaches}
	}
	return i, nil
}

func textList(s string) []string {
	list := []string{}
	_ = json.Unmarshal([]byte(s), &list) // the ledger wrote it
	return list
}

func listText(list []string) string {
	b, err := json.Marshal(list)
	if err != nil {
		panic("ledger: " + err.Error()) // it holds only text
	}
	return string(b)
}

func (l *Ledger) incidentRows(ctx context.Context, where string, args ...any) (all []incidentRow, err error) {
	err = l.db.read(ctx, func(rows *sql.Rows) error {
		i, err := l.scanIncident(rows)
		all = append(all, i)
		return err
	}, `SELECT `+incidentColumns+` FROM incident i WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	return all, l.fillLeaks(ctx, all)
}

// fillLeaks sets the ids of the leaks of incidents.
func (l *Ledger) fillLeaks(ctx context.Context, all []incidentRow) error {
	by := make(map[string]*Incident, len(all))
	ids := make([]any, len(all))
	for n := range all {
		ids[n], by[all[n].ID] = all[n].ID, &all[n].Incident
	}
	if len(all) == 0 {
		return nil
	}
	return l.db.read(ctx, func(rows *sql.Rows) error {
		var incident, leak string
		err := rows.Scan(&incident, &leak)
		if i := by[incident]; i != nil {
			i.Leaks = append(i.Leaks, leak)
		}
		return err
	}, `SELECT incident_id, leak_id FROM incident_leak WHERE incident_id IN (?`+strings.Repeat(", ?", len(ids)-1)+`) ORDER BY incident_id, leak_id`, ids...)
}

// Incidents implements Reader.
func (l *Ledger) Incidents(ctx context.Context, f IncidentFilter) (IncidentPage, error) {
	list := newListing(f.Limit)
	list.equal("i.service", f.Service)
	list.equal("i.class", f.Class)
	list.equal("i.kind", string(f.Kind))
	switch f.State {
	case "":
	case IncidentOpen:
		list.and("i.closed = 0")
	default:
		list.and("i.closed > 0")
	}
	if f.Leak != "" {
		list.and("i.id IN (SELECT incident_id FROM incident_leak WHERE leak_id = ?)", f.Leak)
	}
	if !f.Since.IsZero() {
		list.and("(i.closed = 0 OR i.closed >= ?)", millis(f.Since))
	}
	if err := list.after(f.Next, "i."); err != nil {
		return IncidentPage{}, err
	}
	where, args := list.query("i.")
	rows, err := l.incidentRows(ctx, where, args...)
	if err != nil {
		return IncidentPage{}, err
	}
	page := IncidentPage{Incidents: []Incident{}}
	for n, row := range rows {
		if n == list.limit {
			last := page.Incidents[list.limit-1]
			page.Next = cursor(last.ID, last.LastSeen)
			break
		}
		page.Incidents = append(page.Incidents, row.Incident)
	}
	return page, nil
}

// before is how much of the time before an incident its timeline shows.
const before = 48 * time.Hour

// Incident implements Reader.
func (l *Ledger) Incident(ctx context.Context, id string) (*IncidentDetail, error) {
	rows, err := l.incidentRows(ctx, `i.id = ?`, id)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, ErrNoIncident
	}
	d := &IncidentDetail{Incident: rows[0].Incident, Leaking: []Leak{}, Timeline: []Hour{}, Events: []Entry{}}
	err = l.each(ctx, `SELECT `+leakColumns+` FROM leak WHERE id IN (SELECT leak_id FROM incident_leak WHERE incident_id = ?) ORDER BY count DESC, id LIMIT ?`,
		[]any{id, maxShown}, func(rows *sql.Rows) error {
			s, err := l.scan(rows)
			d.Leaking = append(d.Leaking, s.Leak)
			return err
		})
	if err != nil {
		return nil, err
	}
	to := l.options.now()
	if !d.Closed.IsZero() {
		to = d.Closed
	}
	err = l.each(ctx, `SELECT hour, CAST(SUM(count) AS BIGINT), CAST(SUM(exposed) AS BIGINT) FROM leak_hour
		WHERE leak_id IN (SELECT leak_id FROM incident_leak WHERE incident_id = ?) AND hour >= ? AND hour <= ? GROUP BY hour ORDER BY hour`,
		[]any{id, millis(d.Opened.Add(-before)), millis(to)}, func(rows *sql.Rows) error {
			h, err := scanHour(rows)
			d.Timeline = append(d.Timeline, h)
			return err
		})
	if err != nil {
		return nil, err
	}
	d.Events, err = l.entries(ctx, `incident_id = ?`, []any{id}, maxLimit)
	return d, err
}
