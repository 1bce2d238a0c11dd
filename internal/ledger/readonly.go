package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/airtight-telemetry/airtight/internal/rule"
)

// OpenReadOnly opens a ledger that is there to read it, beside a Collector that
// writes it or without one. It changes nothing: a schema that is not of this version
// is an error, and so is a server that does not answer. Nothing runs in the
// background. The path or URL is as in Options; Close must be called.
func OpenReadOnly(ctx context.Context, path, databaseURL string, rules []rule.Rule) (*Ledger, error) {
	var d *database
	var err error
	if databaseURL != "" {
		d, err = readPostgres(databaseURL)
	} else {
		d, err = readSQLite(path)
	}
	if err != nil {
		return nil, err
	}
	err = d.checkSchema(ctx)
	if errors.Is(err, errCantOpen) && still(path) {
		_ = d.close()
		if d, err = readSQLite(path, "immutable", "1"); err != nil {
			return nil, err
		}
		err = d.checkSchema(ctx)
	}
	if err != nil {
		_ = d.close()
		if databaseURL == "" {
			err = fmt.Errorf("%s: %w", path, err)
		}
		return nil, err
	}
	d.migrated = true // so it is, and nothing here may do it
	o := Options{Path: path, URL: databaseURL, Rules: rules, Report: func(error) {}, now: time.Now}
	l := &Ledger{db: d, options: o, rules: make(map[string]*rule.Rule, len(rules)), stop: make(chan struct{})}
	for i := range rules {
		l.rules[rules[i].ID] = &rules[i]
	}
	return l, nil
}

// still reports whether nobody has an SQLite ledger open: who writes it keeps a log
// beside it.
func still(path string) bool {
	_, err := os.Stat(path + "-wal")
	return errors.Is(err, fs.ErrNotExist)
}

// readSQLite opens an SQLite file to read it, with settings in pairs beside the usual.
func readSQLite(path string, settings ...string) (*database, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: there is no ledger here: name the file that database.path of the airtight_ledger exporter names", path)
	case err != nil:
		return nil, fmt.Errorf("%s: the ledger can't be read: run this as the user the Collector runs as", path)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: is not a file: name the ledger's file", path)
	}
	query := url.Values{"_pragma": {"query_only(1)", "busy_timeout(5000)"}, "mode": {"ro"}}
	for i := 0; i < len(settings); i += 2 {
		query.Set(settings[i], settings[i+1])
	}
	dsn := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath(), RawQuery: query.Encode()}).String()
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	return &database{writer: db, reader: db}, nil
}

func readPostgres(databaseURL string) (*database, error) {
	config, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		return nil, errors.New("postgres: is no connection URL; write postgres://user@host:5432/database")
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	config.RuntimeParams["default_transaction_read_only"] = "on"
	db := stdlib.OpenDB(*config)
	return &database{writer: db, reader: db, postgres: true}, nil
}

var (
	errCantOpen    = errors.New("the ledger can't be opened: while it is written SQLite needs a file beside it to read it, and this user may not make one: run this as the user the Collector runs as, or name a copy")
	errOlderSchema = errors.New("the ledger is of an older airtight: start its Collector with this one once, which brings it up to date")
	errNoLedger    = errors.New("is not a ledger: name the database of the airtight_ledger exporter")
)

// checkSchema reports why the database can't be read as a ledger of this version.
func (d *database) checkSchema(ctx context.Context) error {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	if err := d.reader.PingContext(ctx); err != nil {
		return d.unreadable(err)
	}
	var version int
	if err := d.reader.QueryRowContext(ctx, `SELECT COALESCE(MAX(version), 0) FROM schema_version`).Scan(&version); err != nil {
		return d.unreadable(err)
	}
	switch {
	case version > len(names):
		return errSchema
	case version < len(names):
		return errOlderSchema
	}
	return nil
}

// unreadable says why a database can't be read, without the driver's text, which may
// hold the connection's settings.
func (d *database) unreadable(err error) error {
	var answer *pgconn.PgError
	switch {
	case errors.As(err, &answer) && answer.Code == "42P01": // undefined_table
		return errNoLedger
	case errors.As(err, &answer):
		return fmt.Errorf("the ledger's database refuses (SQLSTATE %s): check the user, the database and the password (PGPASSWORD or ~/.pgpass)", answer.Code)
	case d.postgres:
		return errors.New("the ledger's database does not answer: check the host and the port, and that this machine may connect")
	}
	var fault *sqlite.Error
	if errors.As(err, &fault) {
		switch fault.Code() & 0xff { // the rest says more precisely what
		case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR:
			return errCantOpen
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			return errors.New("the ledger is being brought up to date or moved: try again")
		}
	}
	return errNoLedger
}
