package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/airtight-telemetry/airtight/internal/watch"
)

// WatchOptions say how incidents are opened and closed.
type WatchOptions struct {
	// Learn is how long a new ledger takes everything for known: what leaks when it
	// is first started is not new, it is only new to the ledger. Zero means 24 hours.
	Learn time.Duration
	// Quiet is how long nothing must be seen of an incident before it closes by
	// itself; one whose findings are further apart waits longer. Zero means an hour.
	Quiet time.Duration
	// FalseAlarms is the mean time between false alarms about the rate of one
	// source. Zero means watch.DefaultFalseAlarms.
	FalseAlarms time.Duration
	// ContainFor is how long an incident of a kind in ContainOn contains its source
	// when it is opened.
	ContainFor time.Duration
	ContainOn  []IncidentKind
	// Listener is told of incidents; nil for nobody.
	Listener Listener
}

// Listener is told of incidents. Its methods must not block.
type Listener interface {
	// Changed is told of an incident that was opened, reopened or closed, by the one
	// process that did it.
	Changed(Incident)
	// Standing is told of all incidents that are open, every few seconds and by every
	// process that keeps the ledger.
	Standing([]Incident)
}

const (
	defaultLearn = 24 * time.Hour
	defaultQuiet = time.Hour
	// maxQuiet bounds how long an incident waits for more, and reopenWithin how long
	// after it closed by itself it is taken up again. A person's decision to close
	// one holds as long.
	maxQuiet     = 24 * time.Hour
	reopenWithin = 24 * time.Hour
	// fresh is how long a leak or a version is new.
	fresh = 24 * time.Hour

	// lookEvery is how often the ledger is looked through, and lookSoon how soon
	// after something was recorded.
	lookEvery   = 2 * time.Second
	lookSoon    = 500 * time.Millisecond
	lookTimeout = time.Minute
	// A look at a large ledger is followed by a rest of so many times its length, up
	// to maxLookSoon.
	lookShare   = 10
	maxLookSoon = 5 * time.Second

	// late is how long findings of an hour may be under way before it counts as over.
	late = 10 * time.Minute
	// history is how much of the past a start learns from.
	history = 8 * 7 * 24 * time.Hour

	// maxOpen is how many incidents of names never seen before may be open. Names
	// come from telemetry, and who sends it can make up as many as they like.
	maxOpen = 500
	// maxLinked is how many leaks of an incident are noted.
	maxLinked = 100
	// refreshEvery is how often the figures of an open incident are written.
	refreshEvery = 10 * time.Second
)

// watching is what a process knows while it watches. mu lets one look at a time
// through.
type watching struct {
	WatchOptions
	poke chan struct{}

	mu     sync.Mutex
	since  time.Time
	rates  *watch.Watcher
	judged map[judgement]verdict
}

// judgement is what was judged, and verdict what came of it.
type judgement struct {
	watch.Source
	hour int64
}

type verdict struct {
	count int64
	watch.Verdict
}

func newWatching(o WatchOptions) *watching {
	if o.Learn <= 0 {
		o.Learn = defaultLearn
	}
	if o.Quiet <= 0 {
		o.Quiet = defaultQuiet
	}
	return &watching{WatchOptions: o, poke: make(chan struct{}, 1), rates: watch.New(o.FalseAlarms)}
}

// recorded makes the ledger look soon.
func (w *watching) recorded() {
	if w == nil {
		return
	}
	select {
	case w.poke <- struct{}{}:
	default: // it will look
	}
}

func (l *Ledger) watchNowAndThen() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		select {
		case <-l.stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	for {
		began := time.Now()
		if err := l.Look(ctx); err != nil && ctx.Err() == nil {
			l.options.Report(fmt.Errorf("incidents can't be looked for: %w", err))
		}
		soon := time.NewTimer(min(max(lookSoon, lookShare*time.Since(began)), maxLookSoon))
		select {
		case <-l.stop:
			soon.Stop()
			return
		case <-soon.C:
		}
		next := time.NewTimer(lookEvery - lookSoon)
		select {
		case <-l.stop:
			next.Stop()
			return
		case <-l.watching.poke:
		case <-next.C:
		}
		next.Stop()
	}
}

// Look opens, continues and closes incidents. It is done every few seconds and after
// findings were recorded by itself, if Options.Watch is set; else it does nothing.
func (l *Ledger) Look(ctx context.Context) error {
	w := l.watching
	if w == nil {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	now := l.options.now()
	if err := l.beginWatching(ctx, now); err != nil {
		return err
	}
	if err := l.learn(ctx, now); err != nil {
		return err
	}
	known, err := l.incidentRows(ctx, `(i.closed = 0 OR i.closed > ?)`, millis(now.Add(-fresh)))
	if err != nil {
		return err
	}
	s := &sight{Ledger: l, ctx: ctx, now: now, byKey: map[incidentKey]*incidentRow{}}
	for i := range known {
		r := &known[i]
		if old := s.byKey[r.key()]; old == nil || !r.Closed.IsZero() && r.Closed.After(old.Closed) && !old.Closed.IsZero() || r.Closed.IsZero() {
			s.byKey[r.key()] = r
		}
		if r.State == IncidentOpen {
			s.open++
		}
	}
	err = errors.Join(s.rates(), s.versions(), s.firsts(), s.goOn(known), l.endContainments(ctx, now))
	return errors.Join(err, l.carryOut(ctx), l.tellStanding(ctx))
}

// beginWatching notes since when the ledger is watched. One that has leaks from
// before there was a watch knows them since.
func (l *Ledger) beginWatching(ctx context.Context, now time.Time) error {
	if !l.watching.since.IsZero() {
		return nil
	}
	var since int64
	read := func() error {
		return l.db.read(ctx, func(rows *sql.Rows) error { return rows.Scan(&since) }, `SELECT since FROM watching ORDER BY since LIMIT 1`)
	}
	if err := read(); err != nil {
		return err
	}
	if since == 0 {
		err := l.db.write(ctx, func(tx *tx) error {
			var first int64
			if err := tx.row(`SELECT COALESCE(MIN(first_seen), 0) FROM leak`).Scan(&first); err != nil {
				return err
			}
			if first == 0 || first > millis(now) {
				first = millis(now)
			}
			_, err := tx.exec(`INSERT INTO watching (since) VALUES (?) ON CONFLICT (since) DO NOTHING`, first)
			return err
		})
		if err != nil {
			return err
		}
		if err := read(); err != nil {
			return err
		}
	}
	l.watching.since = fromMillis(since)
	return nil
}

// hours gives counts by hour and source to f, in the order of the hours.
func (l *Ledger) hours(ctx context.Context, from, to time.Time, f func(hour time.Time, s watch.Source, count int64)) error {
	return l.db.read(ctx, func(rows *sql.Rows) error {
		var s watch.Source
		var hour, count int64
		err := rows.Scan(&hour, &s.Service, &s.Namespace, &s.Class, &count)
		f(fromMillis(hour), s, count)
		return err
	}, `SELECT h.hour, k.service, k.namespace, k.class, CAST(SUM(h.count) AS BIGINT) FROM leak_hour h JOIN leak k ON k.id = h.leak_id
		WHERE h.hour >= ? AND h.hour < ? GROUP BY h.hour, k.service, k.namespace, k.class ORDER BY h.hour`, millis(from), millis(to))
}

// learn teaches the watcher the hours that are over: after a start those of the
// last weeks, so that a restart forgets nothing.
func (l *Ledger) learn(ctx context.Context, now time.Time) error {
	rates := l.watching.rates
	over := now.Add(-late).Truncate(time.Hour)
	for {
		from := rates.Learned()
		if from.IsZero() {
			from = now.Add(-history).Truncate(time.Hour)
		}
		if !from.Before(over) {
			return nil
		}
		to := from.Add(7 * 24 * time.Hour)
		if to.After(over) {
			to = over
		}
		all := map[time.Time]map[watch.Source]int64{}
		err := l.hours(ctx, from, to, func(hour time.Time, s watch.Source, count int64) {
			if all[hour] == nil {
				all[hour] = map[watch.Source]int64{}
			}
			all[hour][s] = count
		})
		if err != nil {
			return err
		}
		for hour := from; hour.Before(to); hour = hour.Add(time.Hour) {
			rates.Learn(hour, all[hour])
		}
		clear(l.watching.judged)
	}
}

// incidentKey is what one open incident there is at most of.
type incidentKey struct {
	kind IncidentKind
	watch.Source
	version string
}

func (i *incidentRow) key() incidentKey {
	return incidentKey{i.Kind, watch.Source{Service: i.Service, Namespace: i.Namespace, Class: i.Class}, i.Version}
}

// sight is one look.
type sight struct {
	*Ledger
	ctx   context.Context
	now   time.Time
	byKey map[incidentKey]*incidentRow // the open one, else the one closed last
	open  int
}

// hushed reports whether a person closed the incident a short while ago.
func (s *sight) hushed(r *incidentRow) bool {
	return r != nil && r.State == IncidentClosed && r.ClosedBy != Actor
}

// rates holds the counts of hours that run against what is ordinary.
func (s *sight) rates() error {
	w := s.watching
	if w.judged == nil {
		w.judged = map[judgement]verdict{}
	}
	type raised struct {
		watch.Source
		hour time.Time
		watch.Verdict
	}
	var all []raised
	err := s.hours(s.ctx, w.rates.Learned(), s.now.Add(time.Hour), func(hour time.Time, source watch.Source, count int64) {
		at := judgement{source, millis(hour)}
		v, ok := w.judged[at]
		if !ok || v.count != count {
			v = verdict{count, w.rates.Judge(source, hour, count)}
			w.judged[at] = v
		}
		if v.Raised || v.Surge {
			all = append(all, raised{source, hour, v.Verdict})
		}
	})
	if err != nil {
		return err
	}
	for _, r := range all {
		row := s.byKey[incidentKey{RateIncident, r.Source, ""}]
		switch {
		case s.hushed(row):
		case row != nil && row.State == IncidentOpen:
			if err := s.seenAgain(row, r.Verdict); err != nil {
				return err
			}
		case r.Surge:
			o := opening{incidentKey: incidentKey{RateIncident, r.Source, ""}, expected: r.Expected, observed: r.Observed, span: string(r.Window)}
			o.reasons = []string{s.rateReason(r.Source, r.hour, r.Verdict)}
			if o.leaks, err = s.leaksOf(r.Source, r.hour); err != nil {
				return err
			}
			if err := s.begin(o); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *sight) rateReason(source watch.Source, hour time.Time, v watch.Verdict) string {
	w := s.watching
	falseAlarms := cmp.Or(w.FalseAlarms, watch.DefaultFalseAlarms)
	limit := w.rates.Limit(source, v.Window, hour)
	switch v.Window {
	case watch.Hour:
		return fmt.Sprintf("%d findings in the hour from %s so far; about %s are ordinary for this hour of the week, and by chance it would be %d or more less than once in %s.",
			v.Observed, hour.UTC().Format("2006-01-02 15:04 UTC"), figure(v.Expected), limit, years(falseAlarms))
	case watch.Day:
		return fmt.Sprintf("%d findings on %s so far; about %s are ordinary for such a day, and by chance it would be %d or more less than once in %s.",
			v.Observed, hour.UTC().Format("2006-01-02"), figure(v.Expected), limit, years(falseAlarms))
	default:
		return fmt.Sprintf("%d findings in %d days, where about %s are ordinary; by chance they would add up like this less than once in %s.",
			v.Observed, v.Days, figure(v.Expected), years(falseAlarms))
	}
}

// figure is an expected count as people write it.
func figure(f float64) string {
	if f < 10 {
		return fmt.Sprintf("%.1f", f)
	}
	return fmt.Sprintf("%.0f", f)
}

// years is a long time as people say it.
func years(d time.Duration) string {
	const year = 8766 * time.Hour
	if d < 2*year {
		return lasting(d)
	}
	return fmt.Sprintf("%.0f years", float64(d)/float64(year))
}

// lasting is how long something lasted, as people say it.
func lasting(d time.Duration) string {
	for _, unit := range []struct {
		d    time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		if d >= 2*unit.d {
			return fmt.Sprintf("%d %ss", d/unit.d, unit.name)
		}
	}
	return fmt.Sprintf("%d seconds", int(math.Ceil(d.Seconds())))
}

// leaksOf are the leaks of a source in an hour, the busiest first.
func (s *sight) leaksOf(source watch.Source, hour time.Time) ([]string, error) {
	return s.readIDs(`SELECT k.id FROM leak k JOIN leak_hour h ON h.leak_id = k.id
		WHERE k.service = ? AND k.namespace = ? AND k.class = ? AND h.hour = ? ORDER BY h.count DESC, k.id LIMIT ?`,
		source.Service, source.Namespace, source.Class, millis(hour), maxLinked)
}

func (s *sight) readIDs(query string, args ...any) (ids []string, err error) {
	err = s.db.read(s.ctx, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	}, query, args...)
	return ids, err
}

// newcomer is what a version leaks of a class and none before did.
type newcomer struct {
	leaks       []string
	count       int64
	last        int64
	before      string
	versionSeen int64
}

// versions opens incidents for versions that leak what the one before did not: a
// rule that no other version of the service was seen with.
func (s *sight) versions() error {
	type group struct {
		watch.Source
		version string
	}
	groups := map[group]*newcomer{}
	since := millis(s.now.Add(-fresh))
	err := s.db.read(s.ctx, func(rows *sql.Rows) error {
		var g group
		var id, before string
		var count, last, version int64
		err := rows.Scan(&g.Service, &g.Namespace, &g.Class, &g.version, &id, &before, &count, &last, &version)
		n := groups[g]
		if n == nil {
			n = &newcomer{before: before, versionSeen: version}
			groups[g] = n
		}
		n.count, n.last = n.count+count, max(n.last, last)
		if len(n.leaks) < maxLinked {
			n.leaks = append(n.leaks, id)
		}
		return err
	}, `SELECT k.service, k.namespace, k.class, k.first_version, k.id, k.version_before, k.count, k.last_seen, v.first_seen
		FROM leak k JOIN service_version v ON v.service = k.service AND v.namespace = k.namespace AND v.version = k.first_version
		WHERE k.first_seen >= ? AND v.first_seen >= ? AND k.version_before <> ''
		AND NOT EXISTS (SELECT 1 FROM leak o WHERE o.service = k.service AND o.namespace = k.namespace AND o.class = k.class
			AND o.rule = k.rule AND o.first_version <> k.first_version)
		AND NOT EXISTS (SELECT 1 FROM leak_place p WHERE p.leak_id = k.id AND p.version <> k.first_version)
		ORDER BY k.count DESC, k.id`, since, since)
	if err != nil {
		return err
	}
	order := slices.SortedFunc(maps.Keys(groups), func(a, b group) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Class, b.Class), cmp.Compare(a.version, b.version))
	})
	for _, g := range order {
		n := groups[g]
		key := incidentKey{VersionIncident, g.Source, g.version}
		if row := s.byKey[key]; row != nil {
			if err := s.link(row, n.leaks); err != nil {
				return err
			}
			continue
		}
		if row := s.byKey[incidentKey{NoveltyIncident, g.Source, ""}]; row != nil {
			continue // it was told already
		}
		var watched int64
		err := s.db.read(s.ctx, func(rows *sql.Rows) error { return rows.Scan(&watched) },
			`SELECT COALESCE(MIN(first_seen), 0) FROM service_version WHERE service = ? AND namespace = ? AND version <> ? AND first_seen < ?`,
			g.Service, g.Namespace, g.version, n.versionSeen)
		if err != nil {
			return err
		}
		if watched == 0 {
			// The version before never leaked: a gate saw it, since the watch began at the most.
			watched = millis(s.watching.since)
		}
		before, after := time.Duration(n.versionSeen-watched)*time.Millisecond, s.now.Sub(fromMillis(n.versionSeen))
		chance := watch.NewVersion(before, after, n.count)
		if chance > watch.FalseVersions {
			continue
		}
		err = s.begin(opening{
			incidentKey: key, observed: n.count, span: spanTotal, leaks: n.leaks,
			reasons: []string{
				fmt.Sprintf("Version %s leaks this; version %s, seen before, did not.", g.version, n.before),
				fmt.Sprintf("%d findings since the version was first seen leaking, %s ago, and none in the %s before: at one rate throughout the chance of that is %s.",
					n.count, lasting(after), lasting(before), odds(chance)),
			},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func odds(chance float64) string {
	if chance < 1e-6 {
		return "less than one in a million"
	}
	return fmt.Sprintf("one in %.0f", 1/chance)
}

// spanTotal is the span of incidents that count from the first finding on.
const spanTotal = "total"

// firsts opens incidents for classes that a service leaks for the first time.
func (s *sight) firsts() error {
	learned := s.watching.since.Add(s.watching.Learn)
	if s.now.Before(learned) {
		return nil
	}
	since := s.now.Add(-fresh)
	if learned.After(since) {
		since = learned
	}
	type first struct {
		watch.Source
		seen int64
	}
	var all []first
	err := s.db.read(s.ctx, func(rows *sql.Rows) error {
		var f first
		err := rows.Scan(&f.Service, &f.Namespace, &f.Class, &f.seen)
		all = append(all, f)
		return err
	}, `SELECT service, namespace, class, MIN(first_seen) FROM leak GROUP BY service, namespace, class HAVING MIN(first_seen) >= ? ORDER BY MIN(first_seen)`, millis(since))
	if err != nil {
		return err
	}
	for _, f := range all {
		if s.versionTold(f.Source) {
			continue
		}
		leaks, err := s.readIDs(`SELECT id FROM leak WHERE service = ? AND namespace = ? AND class = ? ORDER BY count DESC, id LIMIT ?`, f.Service, f.Namespace, f.Class, maxLinked)
		if err != nil {
			return err
		}
		key := incidentKey{NoveltyIncident, f.Source, ""}
		if row := s.byKey[key]; row != nil {
			if err := s.link(row, leaks); err != nil {
				return err
			}
			continue
		}
		err = s.begin(opening{incidentKey: key, span: spanTotal, leaks: leaks, reasons: []string{
			fmt.Sprintf("It is the first time that this service leaks the class %s; the ledger has been watching for %s.", f.Class, lasting(s.now.Sub(s.watching.since))),
		}})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *sight) versionTold(source watch.Source) bool {
	for key := range s.byKey {
		if key.kind == VersionIncident && key.Source == source {
			return true
		}
	}
	return false
}

// goOn continues the incidents that are open, closes those that are quiet or dealt
// with, and reopens those that were closed too soon.
func (s *sight) goOn(known []incidentRow) error {
	var errs []error
	for i := range known {
		r := &known[i]
		var err error
		switch {
		case r.State == IncidentOpen && r.dealtWith:
			err = s.finish(r, "what leaked was dealt with: all its leaks are rotated, fixed or accepted")
		case r.Kind == RateIncident && r.State == IncidentOpen:
			if s.now.Sub(r.LastSeen) > s.watching.Quiet {
				err = s.finish(r, fmt.Sprintf("it was back to what is ordinary for %s", lasting(s.watching.Quiet)))
			}
		case r.Kind == RateIncident:
		case r.State == IncidentOpen:
			err = s.follow(r)
		case r.ClosedBy == Actor && !r.dealtWith:
			err = s.flareUp(r)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// totals are what was seen of an incident's leaks, from the first finding on.
func (s *sight) totals(r *incidentRow) (count int64, first, last time.Time, err error) {
	var f, t int64
	err = s.db.read(s.ctx, func(rows *sql.Rows) error { return rows.Scan(&count, &f, &t) },
		`SELECT CAST(COALESCE(SUM(k.count), 0) AS BIGINT), COALESCE(MIN(k.first_seen), 0), COALESCE(MAX(k.last_seen), 0)
		FROM incident_leak n JOIN leak k ON k.id = n.leak_id WHERE n.incident_id = ?`, r.ID)
	return count, fromMillis(f), fromMillis(t), err
}

// follow brings an incident's figures up to date, or closes it when it is quiet.
func (s *sight) follow(r *incidentRow) error {
	count, first, last, err := s.totals(r)
	if err != nil {
		return err
	}
	if quiet := quietAfter(count, last.Sub(first), s.watching.Quiet); s.now.Sub(last) > quiet {
		return s.finish(r, fmt.Sprintf("nothing was seen of it for %s", lasting(quiet)))
	}
	if busy := last.Sub(r.LastSeen) < refreshEvery && s.now.Sub(last) < refreshEvery; count == r.Observed || busy && r.Observed > 0 {
		return nil
	}
	return s.db.write(s.ctx, func(tx *tx) error {
		_, err := tx.exec(`UPDATE incident SET observed = ?, last_seen = CASE WHEN last_seen < ? THEN ? ELSE last_seen END WHERE id = ? AND closed = 0`,
			count, millis(last), millis(last), r.ID)
		return err
	})
}

// quietAfter is how long nothing must be seen of what came so often for it to be
// over: as long as it would be by chance once in a hundred times at that pace, within
// bounds.
func quietAfter(count int64, over, least time.Duration) time.Duration {
	if count < 1 {
		return least
	}
	pace := time.Duration(math.Log(100) * float64(over) / float64(count))
	return max(least, min(pace, maxQuiet))
}

// flareUp reopens an incident whose leaks were seen after it closed.
func (s *sight) flareUp(r *incidentRow) error {
	count, _, last, err := s.totals(r)
	if err != nil || !last.After(r.Closed) {
		return err
	}
	return s.begin(opening{incidentKey: r.key(), observed: count, span: spanTotal, reasons: r.Reasons})
}
