package main

import (
	"context"
	"database/sql"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/airtight-telemetry/airtight/internal/action"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/keyring"
	"github.com/airtight-telemetry/airtight/internal/ledger"
	"github.com/airtight-telemetry/airtight/internal/ledgerapi"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// ledgerCommands are what scripts about the ledger need beside airtight itself.
var ledgerCommands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"record":   recordCommand,
	"decide":   decideCommand,
	"incident": incidentCommand,
	"harm":     harmCommand,
	"serve":    serveCommand,
}

// scriptToken is what a served ledger asks for.
const scriptToken = "a-viewers-token-here"

// began is when what scripts record was seen.
func began() time.Time { return time.Now().UTC().Add(-48 * time.Hour).Truncate(time.Hour) }

func openLedger(ts *testscript.TestScript, name string) *ledger.Ledger {
	l, err := ledger.Open(context.Background(), ledger.Options{Path: ts.MkAbs(name), Report: func(err error) { ts.Fatalf("%v", err) }})
	ts.Check(err)
	return l
}

// recordCommand is `record LEDGER KEYRING|- SERVICE RULE CLASS COUNT VALUE...`: as
// often as COUNT each value is found by the rule, under the keyring's current key. A
// value of * is one that gets no fingerprint, ** are values that are not told apart,
// and !VALUE left as it was.
func recordCommand(ts *testscript.TestScript, _ bool, args []string) {
	var ring *keyring.Ring
	if args[1] != "-" {
		var err error
		ring, err = keyring.Load(ts.MkAbs(args[1]), time.Now())
		ts.Check(err)
	}
	prints := finding.NewFingerprinter(ring)
	count, err := strconv.Atoi(args[5])
	ts.Check(err)
	var rows []finding.Row
	for _, value := range args[6:] {
		value, exposed := strings.CutPrefix(value, "!")
		r := finding.Row{
			Finding: finding.Finding{
				Rule: args[3], Class: rule.Class(args[4]), Severity: "high", Confidence: rule.High, Action: action.Mask, Signal: field.Logs, Part: field.Body,
				Service: args[2], Exposed: exposed,
			},
			Origin: finding.Origin{
				Resource: finding.NewAttrs([][2]string{
					{"service.name", args[2]}, {"service.version", "1.4.0"}, {"service.namespace", "shop"}, {"service.owner", "team-pay"}, {"k8s.pod.name", args[2] + "-7c9f"},
				}),
				Scope: "com.example.pay", Field: "user.contact", Template: "order for [redacted:" + args[3] + "] placed", File: "src/order.go", Line: 42, Function: "Place", Level: "info",
			},
			Destinations: []string{"otlp/logs", "kafka"}, Length: len(value), Count: count, First: began(), Last: began().Add(3 * time.Hour),
		}
		switch value {
		case "*":
		case "**":
			r.Overflow, r.Distinct = true, 500
		default:
			r.Fingerprint = prints.Of(value)
		}
		rows = append(rows, r)
	}
	l := openLedger(ts, args[0])
	ts.Check(l.Record(context.Background(), rows))
	ts.Check(l.Close())
}

// decideCommand is `decide LEDGER SERVICE STATE REASON` for each leak of the service.
// It sets $LEAK to the last one's id.
func decideCommand(ts *testscript.TestScript, _ bool, args []string) {
	l := openLedger(ts, args[0])
	page, err := l.Leaks(context.Background(), ledger.Filter{Service: args[1]})
	ts.Check(err)
	for _, k := range page.Leaks {
		ts.Check(l.SetState(context.Background(), k.ID, ledger.Change{State: ledger.State(args[2]), By: "responder", Reason: args[3]}))
		ts.Setenv("LEAK", k.ID)
	}
	ts.Check(l.Close())
}

// incidentCommand is `incident LEDGER SERVICE`: the service leaks what it did not leak
// before, which opens an incident, and is contained. It sets $INCIDENT to its id.
func incidentCommand(ts *testscript.TestScript, _ bool, args []string) {
	ctx := context.Background()
	l, err := ledger.Open(ctx, ledger.Options{
		Path: ts.MkAbs(args[0]), Hub: finding.NewHub(), Watch: &ledger.WatchOptions{Learn: time.Millisecond}, Report: func(err error) { ts.Fatalf("%v", err) },
	})
	ts.Check(err)
	ts.Check(l.Look(ctx)) // since when all is new
	time.Sleep(10 * time.Millisecond)
	now := time.Now()
	ts.Check(l.Record(ctx, []finding.Row{{
		Finding: finding.Finding{Rule: "acme-key", Class: rule.Secret, Severity: "critical", Service: args[1]}, Count: 7, First: now, Last: now,
		Origin: finding.Origin{Resource: finding.NewAttrs([][2]string{{"service.name", args[1]}, {"service.version", "9.1"}})},
	}}))
	ts.Check(l.Look(ctx))
	page, err := l.Incidents(ctx, ledger.IncidentFilter{Service: args[1]})
	ts.Check(err)
	if len(page.Incidents) != 1 {
		ts.Fatalf("%d incidents", len(page.Incidents))
	}
	id := page.Incidents[0].ID
	ts.Check(l.ContainIncident(ctx, id, 15*time.Minute, "responder"))
	ts.Check(l.Close())
	ts.Setenv("INCIDENT", id)
}

// harmCommand is `harm LEDGER SQL`: what someone does who can write the database.
func harmCommand(ts *testscript.TestScript, _ bool, args []string) {
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	_, err = db.ExecContext(context.Background(), args[1])
	ts.Check(err)
	ts.Check(db.Close())
}

// serveCommand is `serve LEDGER`: it sets $URL to where the ledger is served, and
// writes the token it asks for to the file "token".
func serveCommand(ts *testscript.TestScript, _ bool, args []string) {
	l := openLedger(ts, args[0])
	tokens := func(r ledgerapi.Role) ([]string, error) {
		if r == ledgerapi.Viewer {
			return []string{scriptToken}, nil
		}
		return nil, nil
	}
	server := httptest.NewServer(ledgerapi.NewHandler(ledgerapi.Options{
		Ledger: l, Auth: ledgerapi.NewAuth(tokens, false, false), Report: func(err error) { ts.Logf("%v", err) },
	}))
	ts.Defer(func() {
		server.Close()
		_ = l.Close() // it was only read
	})
	ts.Setenv("URL", server.URL)
	ts.Check(os.WriteFile(filepath.Join(ts.Getenv("WORK"), "token"), []byte(scriptToken+"\n"), 0o600))
}
