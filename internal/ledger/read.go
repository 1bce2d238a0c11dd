package ledger

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/airtight-telemetry/airtight/internal/cause"
	"github.com/airtight-telemetry/airtight/internal/finding"
)

// Reader is what a page or an API needs of a ledger.
type Reader interface {
	// Leaks lists leaks, those seen last first.
	Leaks(context.Context, Filter) (Page, error)
	// Leak is one leak with all that is known of it, or ErrNotFound.
	Leak(ctx context.Context, id string) (*Detail, error)
	// Overview counts what was seen since a time.
	Overview(ctx context.Context, since time.Time) (*Overview, error)
	// Incidents lists incidents, those seen last first.
	Incidents(context.Context, IncidentFilter) (IncidentPage, error)
	// Incident is one incident with all that is known of it, or ErrNoIncident.
	Incident(ctx context.Context, id string) (*IncidentDetail, error)
	// Audit lists changes of state, oldest first.
	Audit(ctx context.Context, leak string, after int64, limit int) ([]Entry, error)
	// Ping reports whether the ledger answers.
	Ping(context.Context) error
}

var _ Reader = (*Ledger)(nil)

// Exposure says whether values left as they were.
type Exposure string

// The exposures. A leak that was ever exposed stays so: what is out is out.
const (
	Masked  Exposure = "masked"
	Exposed Exposure = "exposed"
)

// Leak is a leak as lists show it.
type Leak struct {
	ID         string `json:"id"`
	Service    string `json:"service"`
	Namespace  string `json:"namespace,omitempty"`
	Version    string `json:"version"`
	Rule       string `json:"rule"`
	Class      string `json:"class"`
	Severity   string `json:"severity,omitempty"`
	Confidence string `json:"confidence,omitempty"`
	Signal     string `json:"signal"`
	Place      string `json:"place"`
	Field      string `json:"field"`
	Template   string `json:"template,omitempty"`
	Count      int64  `json:"count"`
	// Distinct is how many different values leaked; about, where Estimated is set,
	// and 0 where such values get no fingerprints.
	Distinct  int64      `json:"distinct"`
	Estimated bool       `json:"distinct_estimated,omitempty"`
	FirstSeen time.Time  `json:"first_seen"`
	LastSeen  time.Time  `json:"last_seen"`
	State     State      `json:"state"`
	Exposure  Exposure   `json:"exposure"`
	Cause     cause.Kind `json:"cause"`
	Owner     string     `json:"owner"`
}

// Detail is a leak with all that is known of it.
type Detail struct {
	Leak
	Scope        string        `json:"scope,omitempty"`
	Action       string        `json:"action,omitempty"`
	FirstVersion string        `json:"first_version,omitempty"`
	StateSince   time.Time     `json:"state_since"`
	StateBy      string        `json:"state_by,omitempty"`
	StateReason  string        `json:"state_reason,omitempty"`
	StateExpires time.Time     `json:"state_expires,omitzero"`
	ExposedCount int64         `json:"exposed_count"`
	Description  string        `json:"description,omitempty"`
	Revoke       string        `json:"revoke,omitempty"`
	Doc          string        `json:"doc,omitempty"`
	Causes       []Hypothesis  `json:"causes"`
	Sources      []Source      `json:"sources"`
	Timeline     []Hour        `json:"timeline"`
	Destinations []Destination `json:"destinations"`
	Values       []Value       `json:"values"`
	// Elsewhere are other leaks of values that leaked here.
	Elsewhere []Other `json:"elsewhere"`
}

// Hypothesis is why the leak may have come to be.
type Hypothesis struct {
	Kind   cause.Kind `json:"kind"`
	Reason string     `json:"reason"`
	Remedy string     `json:"remedy"`
}

// Source is a place the leak was seen at.
type Source struct {
	Version   string    `json:"version,omitempty"`
	Instance  string    `json:"instance,omitempty"`
	File      string    `json:"file,omitempty"`
	Line      int       `json:"line,omitempty"`
	Function  string    `json:"function,omitempty"`
	Span      string    `json:"span,omitempty"`
	Level     string    `json:"level,omitempty"`
	SDK       string    `json:"sdk,omitempty"`
	Count     int64     `json:"count"`
	FirstSeen time.Time `json:"first_seen"`
	LastSeen  time.Time `json:"last_seen"`
}

// Hour counts an hour of UTC; hours without findings are left out.
type Hour struct {
	Hour    time.Time `json:"hour"`
	Count   int64     `json:"count"`
	Exposed int64     `json:"exposed"`
}

// Destination is an exporter behind the gate.
type Destination struct {
	Name     string    `json:"name"`
	Exposure Exposure  `json:"exposure"`
	Masked   int64     `json:"masked"`
	Exposed  int64     `json:"exposed"`
	LastSeen time.Time `json:"last_seen"`
}

// Value is a value by its fingerprint.
type Value struct {
	Fingerprint string    `json:"fingerprint"`
	Count       int64     `json:"count"`
	FirstSeen   time.Time `json:"first_seen"`
	LastSeen    time.Time `json:"last_seen"`
}

// Other is another leak of the same values.
type Other struct {
	ID      string `json:"id"`
	Service string `json:"service"`
	Rule    string `json:"rule"`
	Field   string `json:"field,omitempty"`
	Place   string `json:"place"`
	Values  int64  `json:"values"` // how many leaked in both
}

// Filter says which leaks to list. Empty fields leave all in.
type Filter struct {
	Service, Class string
	State          State
	// Undecided leaves those in that wait for a decision: open and reopened ones.
	Undecided bool
	Exposure  Exposure
	Since     time.Time
	// Next is the Next of the page before.
	Next string
	// Limit is the most leaks on a page; by default 100, at most 1000.
	Limit int
}

// Page is a part of a list.
type Page struct {
	Leaks []Leak `json:"leaks"`
	// Next asks for the page after this one; empty on the last.
	Next string `json:"next"`
}

// ErrBadCursor says that a Next was not one of a page.
var ErrBadCursor = errors.New("next: is not what a page gave; leave it out for the first page")

const (
	defaultLimit = 100
	maxLimit     = 1000
	// maxShown bounds the values, other leaks and the like of one leak that are read.
	maxShown = 100
)

const leakColumns = `id, service, namespace, version, rule, class, severity, confidence, signal, place, field, template,
	count, exposed, known_values, beyond, sketch, first_seen, last_seen, state, owner, level, first_version, version_before`

// scanned is a row of leakColumns.
type scanned struct {
	Leak
	exposed              int64
	level                string
	firstVersion, before string
}

func (l *Ledger) scan(row *sql.Rows, more ...any) (s scanned, err error) {
	var known, beyond, first, last int64
	var sketch string
	err = row.Scan(append([]any{
		&s.ID, &s.Service, &s.Namespace, &s.Version, &s.Rule, &s.Class, &s.Severity, &s.Confidence, &s.Signal, &s.Place, &s.Field, &s.Template,
		&s.Count, &s.exposed, &known, &beyond, &sketch, &first, &last, &s.State, &s.Owner, &s.level, &s.firstVersion, &s.before,
	}, more...)...)
	if err != nil {
		return s, err
	}
	s.FirstSeen, s.LastSeen = fromMillis(first), fromMillis(last)
	s.Distinct, s.Estimated = distinct(known, beyond, sketch)
	s.Exposure = exposure(s.exposed)
	s.Cause = s.causes()[0].Kind
	for _, o := range l.options.Owners {
		if o.matches(s.Service, s.Namespace) {
			s.Owner = o.Owner
			break
		}
	}
	return s, nil
}

// distinct is how many values there were: those that are kept, or about as many as
// were seen where not all are.
func distinct(known, beyond int64, sketch string) (n int64, estimated bool) {
	n = known
	if beyond > 0 {
		n, estimated = n+beyond, true
	}
	if sketch != "" {
		s := finding.ParseSketch(sketch)
		n, estimated = max(n, int64(s.Estimate())), true
	}
	return n, estimated
}

func exposure(exposed int64) Exposure {
	if exposed > 0 {
		return Exposed
	}
	return Masked
}

func (s *scanned) causes() []cause.Cause {
	return cause.Of(cause.Evidence{
		Signal: s.Signal, Place: s.Place, Field: s.Field, Template: s.Template, Level: s.level,
		Version: s.firstVersion, Before: s.before,
	})
}

// Leaks implements Reader.
func (l *Ledger) Leaks(ctx context.Context, f Filter) (Page, error) {
	list := newListing(f.Limit)
	list.equal("service", f.Service)
	list.equal("class", f.Class)
	list.equal("state", string(f.State))
	if f.Undecided {
		list.and("state IN (?, ?)", string(Unhandled), string(Reopened))
	}
	switch f.Exposure {
	case Masked:
		list.and("exposed = 0")
	case Exposed:
		list.and("exposed > 0")
	}
	if !f.Since.IsZero() {
		list.and("last_seen >= ?", millis(f.Since))
	}
	if err := list.after(f.Next, ""); err != nil {
		return Page{}, err
	}
	where, args := list.query("")
	page := Page{Leaks: []Leak{}}
	err := l.each(ctx, `SELECT `+leakColumns+` FROM leak WHERE `+where, args, func(rows *sql.Rows) error {
		s, err := l.scan(rows)
		page.Leaks = append(page.Leaks, s.Leak)
		return err
	})
	if err != nil {
		return Page{}, err
	}
	if len(page.Leaks) > list.limit {
		page.Leaks = page.Leaks[:list.limit]
		last := page.Leaks[list.limit-1]
		page.Next = cursor(last.ID, last.LastSeen)
	}
	return page, nil
}

// each calls f for each row of a query.
func (l *Ledger) each(ctx context.Context, query string, args []any, f func(*sql.Rows) error) error {
	return l.db.read(ctx, f, query, args...)
}

// Leak implements Reader.
func (l *Ledger) Leak(ctx context.Context, id string) (*Detail, error) {
	var d Detail
	var since, expires int64
	var s scanned
	query := `SELECT ` + leakColumns + `, scope, action, state_since, state_by, state_reason, state_expires FROM leak WHERE id = ?`
	err := l.each(ctx, query, []any{id}, func(rows *sql.Rows) (err error) {
		s, err = l.scan(rows, &d.Scope, &d.Action, &since, &d.StateBy, &d.StateReason, &expires)
		return err
	})
	if err != nil {
		return nil, err
	}
	if s.ID == "" {
		return nil, ErrNotFound
	}
	d.Leak, d.ExposedCount, d.FirstVersion = s.Leak, s.exposed, s.firstVersion
	d.StateSince, d.StateExpires = fromMillis(since), fromMillis(expires)
	if r := l.rules[d.Rule]; r != nil {
		d.Description, d.Revoke, d.Doc = r.Description, r.Revoke, r.Doc
	}
	for _, c := range s.causes() {
		d.Causes = append(d.Causes, Hypothesis{c.Kind, c.Reason, c.Remedy})
	}
	return &d, errors.Join(l.sources(ctx, &d), l.timeline(ctx, &d), l.destinations(ctx, &d), l.values(ctx, &d))
}

func (l *Ledger) sources(ctx context.Context, d *Detail) error {
	d.Sources = []Source{}
	return l.each(ctx, `SELECT version, instance, file, line, function, span, level, sdk, count, first_seen, last_seen
		FROM leak_place WHERE leak_id = ? ORDER BY count DESC, place_id LIMIT ?`, []any{d.ID, maxPlaces}, func(rows *sql.Rows) error {
		var s Source
		var first, last int64
		err := rows.Scan(&s.Version, &s.Instance, &s.File, &s.Line, &s.Function, &s.Span, &s.Level, &s.SDK, &s.Count, &first, &last)
		s.FirstSeen, s.LastSeen = fromMillis(first), fromMillis(last)
		d.Sources = append(d.Sources, s)
		return err
	})
}

func (l *Ledger) timeline(ctx context.Context, d *Detail) error {
	d.Timeline = []Hour{}
	return l.each(ctx, `SELECT hour, count, exposed FROM leak_hour WHERE leak_id = ? ORDER BY hour`, []any{d.ID}, func(rows *sql.Rows) error {
		h, err := scanHour(rows)
		d.Timeline = append(d.Timeline, h)
		return err
	})
}

func scanHour(rows *sql.Rows) (h Hour, err error) {
	var ms int64
	err = rows.Scan(&ms, &h.Count, &h.Exposed)
	h.Hour = fromMillis(ms)
	return h, err
}

func (l *Ledger) destinations(ctx context.Context, d *Detail) error {
	d.Destinations = []Destination{}
	return l.each(ctx, `SELECT name, masked, exposed, last_seen FROM leak_destination WHERE leak_id = ? ORDER BY exposed DESC, name LIMIT ?`, []any{d.ID, maxShown}, func(rows *sql.Rows) error {
		var to Destination
		var last int64
		err := rows.Scan(&to.Name, &to.Masked, &to.Exposed, &last)
		to.LastSeen, to.Exposure = fromMillis(last), exposure(to.Exposed)
		d.Destinations = append(d.Destinations, to)
		return err
	})
}

func (l *Ledger) values(ctx context.Context, d *Detail) error {
	d.Values, d.Elsewhere = []Value{}, []Other{}
	err := l.each(ctx, `SELECT fingerprint, count, first_seen, last_seen FROM leak_value WHERE leak_id = ? ORDER BY last_seen DESC, fingerprint LIMIT ?`, []any{d.ID, maxShown}, func(rows *sql.Rows) error {
		var v Value
		var first, last int64
		err := rows.Scan(&v.Fingerprint, &v.Count, &first, &last)
		v.FirstSeen, v.LastSeen = fromMillis(first), fromMillis(last)
		d.Values = append(d.Values, v)
		return err
	})
	if err != nil {
		return err
	}
	return l.each(ctx, `SELECT o.leak_id, k.service, k.rule, k.field, k.place, COUNT(*) AS shared
		FROM leak_value v JOIN leak_value o ON o.fingerprint = v.fingerprint AND o.leak_id <> v.leak_id JOIN leak k ON k.id = o.leak_id
		WHERE v.leak_id = ? GROUP BY o.leak_id, k.service, k.rule, k.field, k.place ORDER BY shared DESC, o.leak_id LIMIT ?`,
		[]any{d.ID, maxShown}, func(rows *sql.Rows) error {
			var o Other
			err := rows.Scan(&o.ID, &o.Service, &o.Rule, &o.Field, &o.Place, &o.Values)
			d.Elsewhere = append(d.Elsewhere, o)
			return err
		})
}

// Overview counts leaks as they stand, and findings since a time.
type Overview struct {
	Since    time.Time        `json:"since"`
	Leaks    int64            `json:"leaks"`
	Findings int64            `json:"findings"`
	Exposed  int64            `json:"exposed"` // leaks that were exposed
	New      int64            `json:"new"`     // leaks first seen since then
	ByState  map[State]int64  `json:"by_state"`
	ByClass  map[string]int64 `json:"by_class"`
	Services []ServiceCount   `json:"services"`
	Hours    []Hour           `json:"hours"`
}

// ServiceCount is a service with its findings since a time; the busiest come first.
type ServiceCount struct {
	Service  string `json:"service"`
	Leaks    int64  `json:"leaks"`
	Findings int64  `json:"findings"`
}

// Overview implements Reader.
func (l *Ledger) Overview(ctx context.Context, since time.Time) (*Overview, error) {
	o := &Overview{Since: since, ByState: map[State]int64{}, ByClass: map[string]int64{}, Services: []ServiceCount{}, Hours: []Hour{}}
	from := millis(since.Truncate(time.Hour))
	err := l.each(ctx, `SELECT state, class, COUNT(*), SUM(CASE WHEN exposed > 0 THEN 1 ELSE 0 END), SUM(CASE WHEN first_seen >= ? THEN 1 ELSE 0 END) FROM leak GROUP BY state, class`,
		[]any{millis(since)}, func(rows *sql.Rows) error {
			var state State
			var class string
			var n, exposed, fresh int64
			err := rows.Scan(&state, &class, &n, &exposed, &fresh)
			o.Leaks, o.Exposed, o.New = o.Leaks+n, o.Exposed+exposed, o.New+fresh
			o.ByState[state] += n
			o.ByClass[class] += n
			return err
		})
	if err != nil {
		return nil, err
	}
	err = l.each(ctx, `SELECT hour, CAST(SUM(count) AS BIGINT), CAST(SUM(exposed) AS BIGINT) FROM leak_hour WHERE hour >= ? GROUP BY hour ORDER BY hour`, []any{from}, func(rows *sql.Rows) error {
		h, err := scanHour(rows)
		o.Hours, o.Findings = append(o.Hours, h), o.Findings+h.Count
		return err
	})
	if err != nil {
		return nil, err
	}
	err = l.each(ctx, `SELECT k.service, COUNT(*), CAST(SUM(h.n) AS BIGINT) AS n
		FROM (SELECT leak_id, SUM(count) AS n FROM leak_hour WHERE hour >= ? GROUP BY leak_id) h JOIN leak k ON k.id = h.leak_id
		GROUP BY k.service ORDER BY n DESC, k.service LIMIT ?`, []any{from, maxShown}, func(rows *sql.Rows) error {
		var s ServiceCount
		err := rows.Scan(&s.Service, &s.Leaks, &s.Findings)
		o.Services = append(o.Services, s)
		return err
	})
	return o, err
}
