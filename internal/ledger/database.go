package ledger

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

//go:embed migrations/*.sql
var migrations embed.FS

// database is either kind of database. Queries are written with ? for parameters.
type database struct {
	writer, reader *sql.DB
	postgres       bool

	mu       sync.Mutex
	migrated bool

	// writes counts the transactions that this process has kept.
	writes atomic.Int64
}

// migrationLock is PostgreSQL's advisory lock for migrations, and auditLock that for
// the end of the audit chain: numbers of our own.
const (
	migrationLock = 0x61697274696701
	auditLock     = 0x61697274696702
)

func connect(path, databaseURL string) (*database, error) {
	if databaseURL != "" {
		return openPostgres(databaseURL)
	}
	return openSQLite(path)
}

// errSchema says that the schema is not one this airtight can work with.
var errSchema = errors.New("the ledger's schema is newer than this airtight knows: run the newer one")

// ready brings the schema up to date before the database is first used. A server
// that does not answer yet is asked again the next time.
func (d *database) ready(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.migrated {
		return nil
	}
	if err := d.migrate(ctx); err != nil {
		return err
	}
	d.migrated = true
	return nil
}

// readTimeout bounds a reader's patience.
const readTimeout = 10 * time.Second

// read is a reader's query, each row given to f.
func (d *database) read(ctx context.Context, f func(*sql.Rows) error, query string, args ...any) error {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	if err := d.ready(ctx); err != nil {
		return err
	}
	rows, err := d.reader.QueryContext(ctx, d.rebind(query), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func openSQLite(path string) (*database, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("the ledger's directory can't be made: %w", err)
	}
	// SQLite gives the files beside it the mode of this one.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the ledger can't be opened: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	// In WAL mode readers do not wait for the writer. One writer at a time is all
	// SQLite allows, so there is one connection for it.
	pragmas := url.Values{"_pragma": {
		"journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(1)", "busy_timeout(5000)", "journal_size_limit(16777216)", "secure_delete(1)",
	}}
	dsn := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: pragmas.Encode() + "&_txlock=immediate"}).String()
	d := &database{}
	if d.writer, err = sql.Open("sqlite", dsn); err != nil {
		return nil, err
	}
	d.writer.SetMaxOpenConns(1)
	if d.reader, err = sql.Open("sqlite", dsn); err != nil {
		return nil, err
	}
	d.reader.SetMaxOpenConns(4)
	return d, nil
}

// connectTimeout bounds how long a server may let itself be waited for.
const connectTimeout = 3 * time.Second

func openPostgres(databaseURL string) (*database, error) {
	config, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		// What pgx says of it may quote it, with the password.
		return nil, errors.New("postgres: is no connection URL; write postgres://user@host:5432/database")
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(8)
	return &database{writer: db, reader: db, postgres: true}, nil
}

func (d *database) close() error {
	if d.postgres {
		return d.writer.Close()
	}
	return errors.Join(d.reader.Close(), d.writer.Close())
}

// rebind writes a query's parameters as the database has them.
func (d *database) rebind(query string) string {
	if !d.postgres {
		return query
	}
	var b strings.Builder
	n := 0
	for i := range len(query) {
		if query[i] == '?' {
			n++
			b.WriteString("$" + strconv.Itoa(n))
			continue
		}
		b.WriteByte(query[i])
	}
	return b.String()
}

// migrate brings the schema up to date: each file once, in the order of names.
func (d *database) migrate(ctx context.Context) error {
	names, err := fs.Glob(migrations, "migrations/*.sql") // sorted
	if err != nil {
		return err
	}
	return d.transact(ctx, func(tx *tx) error {
		if d.postgres {
			if _, err := tx.exec(`SELECT pg_advisory_xact_lock(?)`, int64(migrationLock)); err != nil {
				return fmt.Errorf("the ledger's database can't be reached: %w", err)
			}
		}
		if _, err := tx.exec(`CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY)`); err != nil {
			return fmt.Errorf("the ledger's database can't be written: %w", err)
		}
		var version int
		if err := tx.row(`SELECT COALESCE(MAX(version), 0) FROM schema_version`).Scan(&version); err != nil {
			return err
		}
		if version > len(names) {
			return errSchema
		}
		for i := version; i < len(names); i++ {
			script, err := migrations.ReadFile(names[i])
			if err != nil {
				return err
			}
			for statement := range strings.SplitSeq(withoutComments(string(script)), ";") {
				if strings.TrimSpace(statement) == "" {
					continue
				}
				if _, err := tx.exec(statement); err != nil {
					return fmt.Errorf("%s: %w", names[i], err)
				}
			}
			if _, err := tx.exec(`INSERT INTO schema_version (version) VALUES (?)`, i+1); err != nil {
				return err
			}
		}
		return nil
	})
}

func withoutComments(script string) string {
	var b strings.Builder
	for line := range strings.Lines(script) {
		code, _, _ := strings.Cut(line, "--")
		b.WriteString(code + "\n")
	}
	return b.String()
}

// tx is a transaction that writes.
type tx struct {
	*database
	ctx context.Context
	tx  *sql.Tx
}

// write runs f in a transaction, which is kept only if f succeeds.
func (d *database) write(ctx context.Context, f func(*tx) error) error {
	if err := d.ready(ctx); err != nil {
		return err
	}
	return d.transact(ctx, f)
}

func (d *database) transact(ctx context.Context, f func(*tx) error) error {
	t, err := d.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(&tx{d, ctx, t}); err != nil {
		_ = t.Rollback()
		return err
	}
	if err := t.Commit(); err != nil {
		return err
	}
	d.writes.Add(1)
	return nil
}

func (t *tx) exec(query string, args ...any) (int64, error) {
	r, err := t.tx.ExecContext(t.ctx, t.rebind(query), args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func (t *tx) row(query string, args ...any) *sql.Row {
	return t.tx.QueryRowContext(t.ctx, t.rebind(query), args...)
}

func (t *tx) ids(query string, args ...any) (ids []string, err error) {
	rows, err := t.tx.QueryContext(t.ctx, t.rebind(query), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// lock is what a SELECT must end with to keep others from writing its rows.
func (t *tx) lock() string {
	if t.postgres {
		return " FOR UPDATE"
	}
	return ""
}
