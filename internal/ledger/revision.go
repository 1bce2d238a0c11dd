package ledger

import (
	"context"
	"database/sql"
	"fmt"
)

// Revision changes whenever there may be something new to show, and is cheap to ask
// for. What another process writes it notices by the leak seen last and the latest
// decision.
func (l *Ledger) Revision(ctx context.Context) (string, error) {
	var last, seq int64
	err := l.db.read(ctx, func(rows *sql.Rows) error { return rows.Scan(&last, &seq) },
		`SELECT COALESCE((SELECT MAX(last_seen) FROM leak), 0), COALESCE((SELECT MAX(seq) FROM audit), 0)`)
	return fmt.Sprintf("%x-%x-%x", l.db.writes.Load(), last, seq), err
}

// Services lists the names of services that leak, in order, at most limit of them.
func (l *Ledger) Services(ctx context.Context, limit int) (names []string, err error) {
	err = l.db.read(ctx, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		names = append(names, name)
		return err
	}, `SELECT DISTINCT service FROM leak WHERE service <> '' ORDER BY service LIMIT ?`, limit)
	return names, err
}
