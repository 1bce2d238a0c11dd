package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/airtight-telemetry/airtight/internal/finding"
)

// KeySpan is a key of fingerprints by its id, and when values were seen under it, to a
// minute or so.
type KeySpan struct {
	ID    string    `json:"id"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

// keyStep is how far behind the note of a key's last use may be. Processes that keep
// one ledger would wait for each other if each batch wrote it.
const keyStep = int64(time.Minute / time.Millisecond)

// keys notes under which keys the fingerprints of rows were made.
func (t *tx) keys(rows []finding.Row, now int64) error {
	all := map[string]*seen{}
	for i := range rows {
		r := &rows[i]
		if finding.IsFingerprint(r.Fingerprint) {
			id, _, _ := strings.Cut(r.Fingerprint, ":")
			at(all, id).add(1, min(millis(r.First), now), min(millis(r.Last), now))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(all)) {
		s := all[id]
		var first, last int64
		err := t.row(`SELECT first_seen, last_seen FROM fingerprint_key WHERE id = ?`, id).Scan(&first, &last)
		if err == nil && first <= s.first && last >= s.last-keyStep {
			continue
		}
		if err != nil && !errors.Is(none(err), ErrNotFound) {
			return err
		}
		_, err = t.exec(`INSERT INTO fingerprint_key (id, first_seen, last_seen) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET
			first_seen = CASE WHEN fingerprint_key.first_seen > excluded.first_seen THEN excluded.first_seen ELSE fingerprint_key.first_seen END,
			last_seen = CASE WHEN fingerprint_key.last_seen < excluded.last_seen THEN excluded.last_seen ELSE fingerprint_key.last_seen END`,
			id, s.first, s.last)
		if err != nil {
			return err
		}
	}
	return nil
}

// forgetKeys forgets keys with the last fingerprint made under them, and what was
// before a time of the others.
func (t *tx) forgetKeys(oldest int64) error {
	_, err := t.exec(`DELETE FROM fingerprint_key WHERE last_seen < ?`, oldest-keyStep)
	_, err2 := t.exec(`UPDATE fingerprint_key SET first_seen = ? WHERE first_seen < ?`, oldest, oldest)
	return cmp.Or(err, err2)
}

// keySpans are the keys of fingerprints, the one used last first.
func (l *Ledger) keySpans(ctx context.Context) ([]KeySpan, error) {
	all := []KeySpan{}
	err := l.each(ctx, `SELECT id, first_seen, last_seen FROM fingerprint_key ORDER BY last_seen DESC, id LIMIT ?`, []any{maxShown}, func(rows *sql.Rows) error {
		var k KeySpan
		var first, last int64
		err := rows.Scan(&k.ID, &first, &last)
		k.First, k.Last = fromMillis(first), fromMillis(last)
		all = append(all, k)
		return err
	})
	return all, err
}
