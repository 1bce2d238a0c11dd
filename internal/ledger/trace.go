package ledger

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/airtight-telemetry/airtight/internal/finding"
)

// Tracer finds where values were seen.
type Tracer interface {
	// Trace finds where the values with these fingerprints were seen.
	Trace(ctx context.Context, fingerprints []string) (*Trace, error)
}

var _ Tracer = (*Ledger)(nil)

// MaxTraced is how many fingerprints one question may have: one or two of a value for each
// key of a keyring.
const MaxTraced = 256

// maxSightings bounds the leaks of an answer, each with all its places.
const maxSightings = 1000

// Trace is where and when values were seen, and what limits the answer.
type Trace struct {
	// Sightings are the leaks it was seen in, those seen last first.
	Sightings []Sighting `json:"sightings"`
	// More is set where there are more sightings than are listed.
	More bool `json:"more,omitempty"`
	// Keys are the keys under which the ledger holds fingerprints: one made under a
	// key that the asker does not have can't be asked for.
	Keys []KeySpan `json:"keys"`
	// Blind are leaks in which the value may have been without this ledger knowing.
	Blind []BlindSpot `json:"blind"`
}

// Sighting is a leak a value was seen in.
type Sighting struct {
	Leak
	// Fingerprint is the one it was seen under.
	Fingerprint string `json:"fingerprint"`
	// Seen is how often this value was, First and Last when. Count and the times of
	// the leak are those of all its values.
	Seen  int64     `json:"seen"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
	// ExposedCount is how many of the leak's findings left unmasked.
	ExposedCount int64 `json:"exposed_count"`
	// Sources and Destinations are the leak's; which of them this value took is not
	// known where there are several.
	Sources      []Source      `json:"sources"`
	Destinations []Destination `json:"destinations"`
}

// Why a value may be in a leak without a fingerprint that says so.
const (
	// BlindOverflow: more values leaked than are told apart.
	BlindOverflow = "overflow"
	// BlindNone: values found by this rule get no fingerprint, or those of a field
	// that is masked by its name.
	BlindNone = "none"
)

// BlindSpot counts leaks of one rule in which values are not told apart.
type BlindSpot struct {
	Rule   string    `json:"rule"`
	Class  string    `json:"class"`
	Reason string    `json:"reason"`
	Leaks  int64     `json:"leaks"`
	First  time.Time `json:"first"`
	Last   time.Time `json:"last"`
}

// Trace implements Tracer. What is no fingerprint, and what is beyond MaxTraced, is
// not looked for.
func (l *Ledger) Trace(ctx context.Context, fingerprints []string) (*Trace, error) {
	t := &Trace{Sightings: []Sighting{}, Blind: []BlindSpot{}}
	var args []any
	for _, f := range fingerprints {
		if finding.IsFingerprint(f) && len(args) < MaxTraced {
			args = append(args, f)
		}
	}
	if len(args) > 0 {
		if err := l.sightings(ctx, t, args); err != nil {
			return nil, err
		}
	}
	var err error
	if t.Keys, err = l.keySpans(ctx); err != nil {
		return nil, err
	}
	return t, l.blindSpots(ctx, t)
}

func (l *Ledger) sightings(ctx context.Context, t *Trace, fingerprints []any) error {
	// leakColumns are of leak alone, and so are its names that leak_value has too.
	query := `SELECT ` + leakColumns + `, seen_fingerprint, seen_count, seen_first, seen_last FROM leak JOIN
		(SELECT leak_id, fingerprint AS seen_fingerprint, count AS seen_count, first_seen AS seen_first, last_seen AS seen_last
		 FROM leak_value WHERE fingerprint IN (?` + strings.Repeat(", ?", len(fingerprints)-1) + `)) seen ON id = leak_id
		ORDER BY seen_last DESC, id, seen_fingerprint LIMIT ?`
	err := l.each(ctx, query, append(fingerprints, maxSightings+1), func(rows *sql.Rows) error {
		var s Sighting
		var first, last int64
		found, err := l.scan(rows, &s.Fingerprint, &s.Seen, &first, &last)
		s.Leak, s.ExposedCount, s.First, s.Last = found.Leak, found.exposed, fromMillis(first), fromMillis(last)
		t.Sightings = append(t.Sightings, s)
		return err
	})
	if err != nil {
		return err
	}
	if len(t.Sightings) > maxSightings {
		t.Sightings, t.More = t.Sightings[:maxSightings], true
	}
	for i := range t.Sightings {
		s := &t.Sightings[i]
		d := Detail{Leak: s.Leak}
		if err := l.sources(ctx, &d); err != nil {
			return err
		}
		if err := l.destinations(ctx, &d); err != nil {
			return err
		}
		s.Sources, s.Destinations = d.Sources, d.Destinations
	}
	return nil
}

func (l *Ledger) blindSpots(ctx context.Context, t *Trace) error {
	return l.each(ctx, `SELECT rule, class, CASE WHEN known_values = 0 AND beyond = 0 THEN '`+BlindNone+`' ELSE '`+BlindOverflow+`' END AS reason,
		COUNT(*), MIN(first_seen), MAX(last_seen) FROM leak WHERE known_values = 0 OR beyond > 0 OR sketch <> ''
		GROUP BY rule, class, reason ORDER BY reason DESC, rule, class LIMIT ?`, []any{maxShown}, func(rows *sql.Rows) error {
		var b BlindSpot
		var first, last int64
		err := rows.Scan(&b.Rule, &b.Class, &b.Reason, &b.Leaks, &first, &last)
		b.First, b.Last = fromMillis(first), fromMillis(last)
		t.Blind = append(t.Blind, b)
		return err
	})
}
