package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
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
