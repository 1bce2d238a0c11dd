package ledger

import (
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"
)

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
