package ledger

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// print is a fingerprint that is made up.
func print(key string, n int) string {
	return fmt.Sprintf("%s:%s", key, strings.Repeat(string(rune('a'+n)), 16))
}

func TestTrace(t *testing.T) {
	bothKinds(t, func(t *testing.T, o Options, c *clock) {
		l := open(t, o)
		defer closed(t, l)
		in := func(service, fingerprint string, at time.Time, more func(*finding.Row)) finding.Row {
			return found(at, func(r *finding.Row) {
				r.Resource = finding.NewAttrs([][2]string{{"service.name", service}, {"service.version", "1.0"}})
				r.Fingerprint = fingerprint
				if more != nil {
					more(r)
				}
			})
		}
		c.forward(5 * time.Hour)
		record(t, l,
			in("pay", print("k1", 0), noon, func(r *finding.Row) { r.Count = 3; r.Last = noon.Add(time.Hour) }),
			in("pay", print("k1", 1), noon, nil),
			in("mail", print("k2", 0), noon.Add(2*time.Hour), func(r *finding.Row) {
				r.Exposed, r.Rule, r.Class, r.Destinations = true, "email", rule.Contact, []string{"otlp/a", "otlp/b"}
			}),
			in("till", "", noon, func(r *finding.Row) { r.Rule, r.Class = "card-cvv", rule.Payment }),
			in("many", print("k1", 2), noon, nil),
			in("many", "", noon, func(r *finding.Row) { r.Overflow, r.Distinct = true, 70 }),
		)
		got, err := l.Trace(t.Context(), []string{print("k1", 0), print("k2", 0), print("k3", 0), "no fingerprint", "' OR 1=1 --"})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Sightings) != 2 || got.More {
			t.Fatalf("%+v", got.Sightings)
		}
		mail, pay := got.Sightings[0], got.Sightings[1]
		if mail.Service != "mail" || mail.Exposure != Exposed || mail.Seen != 1 || mail.ExposedCount != 1 || len(mail.Destinations) != 2 || mail.Fingerprint != print("k2", 0) {
			t.Errorf("%+v", mail)
		}
		if pay.Service != "pay" || pay.Seen != 3 || pay.Count != 4 || !pay.First.Equal(noon) || !pay.Last.Equal(noon.Add(time.Hour)) || pay.Exposure != Masked ||
			len(pay.Sources) != 1 || pay.Sources[0].File != "pay.go" || pay.Sources[0].Line != 42 {
			t.Errorf("%+v", pay)
		}
		if len(got.Keys) != 2 || got.Keys[0].ID != "k2" || got.Keys[1].ID != "k1" || !got.Keys[1].First.Equal(noon) || !got.Keys[1].Last.Equal(noon.Add(time.Hour)) {
			t.Errorf("%+v", got.Keys)
		}
		if len(got.Blind) != 2 || got.Blind[0].Reason != BlindOverflow || got.Blind[0].Rule != "acme-key" || got.Blind[1].Reason != BlindNone || got.Blind[1].Rule != "card-cvv" || got.Blind[1].Leaks != 1 {
			t.Errorf("%+v", got.Blind)
		}
		// Keys are forgotten with the last of their fingerprints.
		c.forward(defaultRetention + noon.Add(90*time.Minute).Sub(c.now()))
		if err := l.Tend(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, err := l.Trace(t.Context(), []string{print("k2", 0)}); err != nil || len(got.Sightings) != 1 || len(got.Keys) != 1 || got.Keys[0].ID != "k2" {
			t.Errorf("%+v, %v", got, err)
		}
		if got, err := l.Trace(t.Context(), nil); err != nil || len(got.Sightings) != 0 {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// TestKeysOfOlderLedger: a ledger from before keys were noted knows those of the
// fingerprints it has.
func TestKeysOfOlderLedger(t *testing.T) {
	bothKinds(t, func(t *testing.T, o Options, c *clock) {
		l := open(t, o)
		defer closed(t, l)
		record(t, l, found(noon, func(r *finding.Row) { r.Fingerprint = print("k1", 0) }), found(noon, func(r *finding.Row) { r.Fingerprint = "k1:short" }))
		script, err := migrations.ReadFile("migrations/0004_fingerprint_keys.sql")
		if err != nil {
			t.Fatal(err)
		}
		err = l.db.write(t.Context(), func(tx *tx) error {
			for statement := range strings.SplitSeq("DROP TABLE fingerprint_key;"+withoutComments(string(script)), ";") {
				if strings.TrimSpace(statement) == "" {
					continue
				}
				if _, err := tx.exec(statement); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		keys, err := l.keySpans(t.Context())
		if err != nil || len(keys) != 1 || keys[0].ID != "k1" || !keys[0].First.Equal(noon) {
			t.Errorf("%+v, %v", keys, err)
		}
	})
}
