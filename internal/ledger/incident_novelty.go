package ledger

import (
	"database/sql"
	"fmt"

	"github.com/airtight-telemetry/airtight/internal/watch"
)

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
