package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/ledger"
	"github.com/airtight-telemetry/airtight/internal/ledgerapi"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// defaultLedgerURL is where the airtight_ledger exporter serves unless it is told.
const defaultLedgerURL = "http://localhost:4380"

// ledgerFlags say which ledger a verb asks: its database, or where it is served.
type ledgerFlags struct{ database, url, tokenFile string }

// ledgerReader is a ledger to ask.
type ledgerReader interface {
	ledger.Reader
	ledger.Tracer
}

// ledgerHelp is what the help of each verb says of the flags.
const ledgerHelp = `
The ledger is asked where it is served (--url, with a viewer's token in --token-file), or
its database is read (--ledger): an SQLite file, also while a Collector writes it, or
postgres://user@host/database, whose password is taken from PGPASSWORD or ~/.pgpass.`

func addLedgerFlags(cmd *cobra.Command) *ledgerFlags {
	f := new(ledgerFlags)
	cmd.Flags().StringVar(&f.database, "ledger", "", "database of the ledger: an SQLite file or postgres://user@host/database")
	cmd.Flags().StringVar(&f.url, "url", defaultLedgerURL, "where the ledger is served")
	cmd.Flags().StringVar(&f.tokenFile, "token-file", "", "file that holds a token of the ledger")
	cmd.MarkFlagsMutuallyExclusive("ledger", "url")
	cmd.MarkFlagsMutuallyExclusive("ledger", "token-file")
	completeFlag(cmd, "url", defaultLedgerURL)
	for flag, extensions := range map[string][]string{"ledger": {"db", "sqlite"}, "token-file": nil} {
		if err := cmd.MarkFlagFilename(flag, extensions...); err != nil {
			panic(err) // the flag is there
		}
	}
	return f
}

// open returns the ledger and what closes it. It changes nothing in it.
func (f *ledgerFlags) open(ctx context.Context) (ledgerReader, func(), error) {
	if f.database == "" {
		token, err := f.token()
		if err != nil {
			return nil, nil, err
		}
		client, err := ledgerapi.NewClient(f.url, token)
		if err != nil {
			return nil, nil, fmt.Errorf("--url: %w", err)
		}
		return client, func() {}, nil
	}
	catalogue, err := rule.Load(configs.Rules())
	if err != nil {
		return nil, nil, err
	}
	path, server := f.database, ""
	if strings.HasPrefix(path, "postgres://") || strings.HasPrefix(path, "postgresql://") {
		path, server = "", path
		if holdsPassword(server) {
			return nil, nil, errors.New("--ledger: must hold no password, other users see it in the list of processes: put it into PGPASSWORD or ~/.pgpass")
		}
	}
	l, err := ledger.OpenReadOnly(ctx, path, server, catalogue.Rules)
	if err != nil {
		return nil, nil, fmt.Errorf("--ledger: %w", err)
	}
	return l, func() { _ = l.Close() }, nil // it was only read
}

// holdsPassword reports whether a connection URL holds a password, or can't be read.
func holdsPassword(server string) bool {
	u, err := url.Parse(server)
	if err != nil {
		return true
	}
	_, has := u.User.Password()
	return has || u.Query().Has("password") || u.Query().Has("sslpassword")
}

// token is the first line of the token file that is not empty.
func (f *ledgerFlags) token() (string, error) {
	if f.tokenFile == "" {
		return "", nil
	}
	file, err := os.Open(f.tokenFile)
	if err != nil {
		return "", fmt.Errorf("--token-file: %w", fileError(f.tokenFile, err))
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if token := strings.TrimSpace(lines.Text()); token != "" {
			return token, nil
		}
	}
	return "", fmt.Errorf("--token-file: %s: holds no token: write one on the first line", f.tokenFile)
}
