// Package ledger keeps leaks: where each comes from, how often and since when, and
// what people have decided about it. It is told of findings and never of a value,
// so that nothing in it can be turned back into one.
//
// A leak is one source (service, namespace, scope, field, place and template) and
// one kind (rule and class). The ledger stands in SQLite, for one Collector, or in
// PostgreSQL, for as many as like.
package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path"
	"sync"
	"time"

	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// Options say how a ledger is kept.
type Options struct {
	// Path is the SQLite file; it is made with mode 0600 if it is not there. Else
	// URL names a PostgreSQL database, as libpq writes it.
	Path string
	URL  string
	// Retention is how long counts by the hour, fingerprints, places and leaks that
	// are no longer seen are kept. The audit is kept for good. Zero means 90 days.
	Retention time.Duration
	// Owners name who a service belongs to, before what its own attributes say. The
	// first that matches counts.
	Owners []Owner
	// Rules are looked up for what to do about a leak.
	Rules []rule.Rule
	// Watch opens incidents; nil opens none.
	Watch *WatchOptions
	// Hub is what gates of this process are contained by; nil if there is none.
	Hub *finding.Hub
	// Scrub masks what must not be kept in a text that a person writes: reasons are told
	// in a hurry, with a value pasted in. Nil leaves texts as they are.
	Scrub func(string) string
	// Report is told what went wrong in the background; it must not be nil.
	Report func(error)

	// now is the clock, for tests.
	now func() time.Time
}

// Owner names who services belong to.
type Owner struct {
	// Service and Namespace are patterns as path.Match has them; empty matches all.
	Service, Namespace string
	Owner              string
}

func (o Owner) matches(service, namespace string) bool {
	return matches(o.Service, service) && matches(o.Namespace, namespace)
}

func matches(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return pattern == "" || ok && err == nil
}

const (
	defaultRetention = 90 * 24 * time.Hour
	// tendEvery is how often old rows go and acceptances expire.
	tendEvery = 10 * time.Minute
)

// Ledger is an open ledger. It is safe for concurrent use, and a PostgreSQL one may
// be open in several processes.
type Ledger struct {
	db      *database
	options Options
	rules   map[string]*rule.Rule

	watching *watching // nil if nobody watches
	orders   orders

	stop chan struct{}
	done sync.WaitGroup
}

// ErrNotFound says that there is no such leak.
var ErrNotFound = errors.New("there is no such leak")

// Open opens a ledger and brings its schema up to date. A PostgreSQL server that
// does not answer is no error: it is reported, and asked again whenever the ledger
// is used. Close must be called.
func Open(ctx context.Context, o Options) (*Ledger, error) {
	if o.Retention <= 0 {
		o.Retention = defaultRetention
	}
	if o.now == nil {
		o.now = time.Now
	}
	db, err := connect(o.Path, o.URL)
	if err != nil {
		return nil, err
	}
	if err := db.ready(ctx); err != nil {
		if !db.postgres || errors.Is(err, errSchema) {
			return nil, errors.Join(err, db.close())
		}
		o.Report(err)
	}
	l := &Ledger{db: db, options: o, rules: make(map[string]*rule.Rule, len(o.Rules)), stop: make(chan struct{})}
	for i := range o.Rules {
		l.rules[o.Rules[i].ID] = &o.Rules[i]
	}
	l.done.Go(l.tendNowAndThen)
	if o.Watch != nil {
		l.watching = newWatching(*o.Watch)
		l.done.Go(l.watchNowAndThen)
	}
	return l, nil
}

// Close ends what runs in the background and closes the database.
func (l *Ledger) Close() error {
	close(l.stop)
	l.done.Wait()
	return l.db.close()
}

// Ping reports whether the database answers.
func (l *Ledger) Ping(ctx context.Context) error {
	return l.db.read(ctx, func(*sql.Rows) error { return nil }, `SELECT version FROM schema_version`)
}

func (l *Ledger) tendNowAndThen() {
	tick := time.NewTicker(tendEvery)
	defer tick.Stop()
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
		select {
		case <-l.stop:
			return
		case <-tick.C:
			if err := l.Tend(ctx); err != nil && ctx.Err() == nil {
				l.options.Report(err)
			}
		}
	}
}

// Tend removes what is older than the retention and reopens what was accepted for
// a time that is over. It is done now and then by itself.
func (l *Ledger) Tend(ctx context.Context) error {
	now := l.options.now()
	oldest := millis(now.Add(-l.options.Retention))
	return l.db.write(ctx, func(tx *tx) error {
		for _, query := range []string{
			`DELETE FROM leak_hour WHERE hour < ?`,
			`DELETE FROM leak_place WHERE last_seen < ?`,
			`DELETE FROM leak_destination WHERE last_seen < ?`,
			`DELETE FROM service_version WHERE last_seen < ?`,
			`DELETE FROM leak_value WHERE last_seen < ?`,
			`DELETE FROM leak WHERE last_seen < ?`,
			`DELETE FROM incident WHERE closed > 0 AND closed < ?`,
		} {
			if _, err := tx.exec(query, oldest); err != nil {
				return fmt.Errorf("old rows can't be removed: %w", err)
			}
		}
		if err := tx.forgetKeys(oldest); err != nil {
			return fmt.Errorf("old rows can't be removed: %w", err)
		}
		expired, err := tx.ids(`SELECT id FROM leak WHERE state = ? AND state_expires > 0 AND state_expires <= ?`, string(Accepted), millis(now))
		if err != nil {
			return err
		}
		for _, id := range expired {
			if err := tx.reopen(id, Accepted, "the time it was accepted for is over", now); err != nil {
				return err
			}
		}
		return nil
	})
}

// scrub is a text that a person wrote, as it may be kept.
func (l *Ledger) scrub(text string) string {
	if l.options.Scrub == nil {
		return text
	}
	return l.options.Scrub(text)
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// none makes an error of a row that is not there.
func none(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}
