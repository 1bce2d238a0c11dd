// Command seed writes leaks into a ledger, as gates would have found them over the
// last days, for the page to be looked at and measured.
//
//	seed -database ledger.db -leaks 40
//	seed -addresses 2
package main

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/action"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/ledger"
	"github.com/airtight-telemetry/airtight/internal/loopback"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

func main() {
	path := flag.String("database", "ledger.db", "SQLite file to write")
	leaks := flag.Int("leaks", 40, "how many leaks")
	addresses := flag.Int("addresses", 0, "print so many free loopback addresses, and write nothing")
	flag.Parse()
	if *addresses > 0 {
		for range *addresses {
			address, err := loopback.Free()
			if err != nil {
				fmt.Fprintln(os.Stderr, "seed:", err)
				os.Exit(1)
			}
			fmt.Println(address)
		}
		return
	}
	began := time.Now()
	if err := seed(context.Background(), *path, *leaks, began); err != nil {
		fmt.Fprintln(os.Stderr, "seed:", err)
		os.Exit(1)
	}
	fmt.Printf("seeded %d leaks in %.1f s\n", *leaks, time.Since(began).Seconds())
}

// kinds are what leaks where, with the template of its text.
var kinds = []struct {
	rule     string
	class    rule.Class
	severity string
	part     field.Part
	field    string
	template string
	level    string
}{
	{"jwt", rule.Secret, "high", field.Body, "", "session opened for [redacted:jwt] from mobile", "info"},
	{"email", rule.Contact, "medium", field.Body, "", "mail to [redacted:email] sent", "info"},
	{"credit-card", rule.Payment, "critical", field.Attribute, "payment.request", "", "debug"},
	{"aws-access-key-id", rule.Secret, "critical", field.Attribute, "exception.message", "denied for [redacted:aws-access-key-id]", "error"},
	{"generic-password", rule.Secret, "high", field.Attribute, "http.request.header.authorization", "", "info"},
	{"iban", rule.Payment, "high", field.Attribute, "db.statement", "UPDATE accounts SET iban = [redacted:iban]", "info"},
	{"us-ssn", rule.Identity, "critical", field.Body, "", "applicant [redacted:us-ssn] checked", "debug"},
	{"github-pat", rule.Secret, "critical", field.Attribute, "url.full", "", "info"},
}

var services = []string{"checkout", "billing", "identity", "shipping", "search", "notifications", "gateway", "reports"}

// oneService has as many leaks as a ledger keeps apart under one rule, and fewer.
const oneService = 25

func seed(ctx context.Context, path string, leaks int, now time.Time) error {
	catalogue, err := rule.Load(configs.Rules())
	if err != nil {
		return err
	}
	l, err := ledger.Open(ctx, ledger.Options{
		Path: path, Rules: catalogue.Rules, Report: func(err error) { fmt.Fprintln(os.Stderr, "seed:", err) },
	})
	if err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(1, 2))
	var rows []finding.Row
	for i := range leaks {
		rows = append(rows, leak(i, leaks, now, random)...)
		if len(rows) > 5000 || i == leaks-1 {
			if err := l.Record(ctx, rows); err != nil {
				return err
			}
			rows = rows[:0]
		}
	}
	if err := l.Close(); err != nil {
		return err
	}
	return incidents(ctx, path, now)
}

// incidents writes two as the watch would have opened them: one that is open, with
// the leaks of a service, and one that is over.
func incidents(ctx context.Context, path string, now time.Time) error {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	defer db.Close()
	ms := func(d time.Duration) int64 { return now.Add(d).UnixMilli() }
	for _, i := range []struct {
		id, kind, service, version, class, rules, reasons, span string
		expected                                                float64
		observed, opened, closed                                int64
		by, why                                                 string
	}{
		{"ratecheckout0001", "rate", "checkout", "", "secret", `["jwt"]`, `["The source has 412 findings in this hour, and 18.4 would be ordinary for it.","The hour before had 21."]`,
			"hour", 18.4, 412, ms(-40 * time.Minute), 0, "", ""},
		{"novelbilling0001", "novelty", "billing", "", "contact", `["email"]`, `["The service has been known for 6 days and never leaked this class."]`,
			"total", 0, 37, ms(-30 * time.Hour), ms(-26 * time.Hour), "airtight", "quiet for an hour"},
	} {
		_, err := db.ExecContext(ctx, `INSERT INTO incident (id, kind, service, namespace, version, class, severity, rules, reasons, span, expected, observed,
			opened, last_seen, closed, closed_by, closed_reason, reopened, contained_until, contained_by)
			VALUES (?, ?, ?, 'shop', ?, ?, 'high', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, '')`,
			i.id, i.kind, i.service, i.version, i.class, i.rules, i.reasons, i.span, i.expected, i.observed, i.opened, max(i.opened, i.closed), i.closed, i.by, i.why)
		if err != nil {
			return err
		}
		if _, err := db.ExecContext(ctx, `INSERT INTO incident_leak SELECT ?, id FROM leak WHERE service = ? AND class = ?`, i.id, i.service, i.class); err != nil {
			return err
		}
	}
	return nil
}

// leak is what was found of one leak in some hours of the last week.
func leak(i, of int, now time.Time, random *rand.Rand) (rows []finding.Row) {
	k := kinds[i%len(kinds)]
	service := services[i%len(services)]
	if of > oneService*len(services) {
		service = fmt.Sprintf("%s-%02d", service, i/len(kinds)%(of/(oneService*len(services))+1))
	}
	exposed := i%7 == 3
	name, template := k.field, k.template
	if i >= len(kinds) {
		if name != "" {
			name = fmt.Sprintf("%s.%d", name, i/len(kinds))
		} else {
			template = fmt.Sprintf("step %d: %s", i/len(kinds), template)
		}
	}
	for range 4 + random.IntN(8) {
		// More by day than by night, and more of late.
		back := time.Duration(random.ExpFloat64() * float64(40*time.Hour))
		at := now.Add(-back % (7 * 24 * time.Hour))
		count := 1 + random.IntN(40)
		if at.UTC().Hour() > 7 && at.UTC().Hour() < 19 {
			count *= 3
		}
		version := "1.8.2"
		if i%5 == 0 {
			version = "1.9.0"
		}
		r := finding.Row{
			Finding: finding.Finding{
				Rule: k.rule, Class: k.class, Severity: k.severity, Confidence: rule.High, Action: action.Mask, Signal: field.Logs, Part: k.part, Service: service,
			},
			Origin: finding.Origin{
				Resource: finding.NewAttrs([][2]string{
					{"service.name", service}, {"service.version", version}, {"service.namespace", "shop"}, {"service.owner", "team-" + service[:4]},
					{"k8s.pod.name", fmt.Sprintf("%s-%d", service, random.IntN(3))},
					{"telemetry.sdk.name", "opentelemetry"}, {"telemetry.sdk.language", "java"}, {"telemetry.sdk.version", "1.52.0"},
				}),
				Scope: "com.example." + service, Field: name, Template: template, File: "src/" + k.rule + ".java", Line: 40 + i%60, Level: k.level,
			},
			Destinations: []string{"otlp_http/logs"}, Fingerprint: fmt.Sprintf("k1:%016x", random.Uint64N(uint64(leaks(of)))), Count: count, First: at, Last: at,
		}
		if i%5 == 0 {
			r.VersionBefore = "1.8.2"
		}
		if exposed {
			r.Exposed = true
		}
		rows = append(rows, r)
	}
	return rows
}

// leaks is how many different values there are: some leak in several places.
func leaks(of int) int { return 12 * of }
