//go:build e2e && linux

package e2e

import (
	"slices"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/airtight-telemetry/airtight/internal/cause"
	"github.com/airtight-telemetry/airtight/internal/ledger"
)

const (
	recordsOfSource = 5000
	leaksOfSource   = 50
)

// TestLeaksLedger sends 200,000 records with 2,000 leaks from 40 places in four
// services through the SDK, a sidecar and a gateway, and holds the ledger against
// what was planted: every leak counted, at its place, with the cause it was planted
// for. No value is anywhere.
func TestLeaksLedger(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { leaksLedger(t, "") })
	t.Run("PostgreSQL", func(t *testing.T) { leaksLedger(t, newPostgres(t).url) })
}

func leaksLedger(t *testing.T, postgresURL string) {
	r, l := random(t), &loot{}
	all := sources()
	var plays []*play
	for _, service := range []string{"checkout", "login", "payment", "search"} {
		plays = append(plays, newPlay(r, l, service, all, recordsOfSource, leaksOfSource))
	}
	f := newFleet(t, postgresURL, func(plog.LogRecord) {}).start()
	took := sendAll(t, f.sidecar.grpc, plays)
	planted := len(all) * leaksOfSource
	if !eventually(60*time.Second, func() bool { return f.recorded() >= planted }) {
		t.Errorf("%d findings are in the ledger, %d leaks were planted", f.recorded(), planted)
	}
	time.Sleep(1500 * time.Millisecond) // for what should not come
	found := f.sidecar.metric("otelcol_processor_airtight_findings", "")
	leaks := f.leaks()
	counted, right, causes := 0, 0, 0
	taken := make([]bool, len(leaks))
	for i := range all {
		s := &all[i]
		at := slices.IndexFunc(leaks, func(d ledger.Detail) bool { return s.isAt(&d) })
		if at < 0 {
			t.Errorf("there is no leak in the ledger for %s", s.describe())
			continue
		}
		taken[at] = true
		d := &leaks[at]
		counted += int(d.Count)
		if s.attributed(t, d) {
			right++
		}
		if s.explained(t, d) {
			causes++
		}
	}
	for i := range leaks {
		if d := &leaks[i]; !taken[i] {
			t.Errorf("the ledger has a leak that was not planted: %s | %s | %s | %s | %s | %s | %q | %s | %q, %d times",
				d.Service, d.Namespace, d.Scope, d.Rule, d.Class, d.Signal, d.Place, d.Field, d.Template, d.Count)
		}
	}
	if counted != planted || found != planted || f.recorded() != planted {
		t.Errorf("planted %d, found %d, recorded %d, in the ledger's leaks %d", planted, found, f.recorded(), counted)
	}
	sent := len(all) * recordsOfSource
	figure("leaks, %s: %d records from 4 services in %.1f s, %d leaks planted in %d sources: found %d, recorded %d, counted by the API %d in %d leaks; attribution right for %d of %d, hypothesis for %d of %d",
		t.Name(), sent, took.Seconds(), planted, len(all), found, f.recorded(), counted, len(leaks), right, len(all), causes, len(all))
	lost := f.sidecar.metric("otelcol_receiver_airtight_findings_dropped", "") + f.gateway.metric("otelcol_exporter_airtight_ledger_dropped", "")
	if lost != 0 {
		t.Errorf("%d findings were dropped", lost)
	}
	f.stop()
}

// isAt reports whether a leak in the ledger is that of the source.
func (s *source) isAt(d *ledger.Detail) bool {
	return d.Service == s.service && d.Rule == s.rule && d.Field == s.field && d.Template == s.template
}

// attributed holds what the ledger says of where a leak comes from against where it
// was planted.
func (s *source) attributed(t *testing.T, d *ledger.Detail) bool {
	t.Helper()
	ok := true
	same := func(what string, got, want any) {
		if got != want {
			ok = false
			t.Errorf("%s: %s is %v, want %v", s.describe(), what, got, want)
		}
	}
	same("count", d.Count, int64(leaksOfSource))
	same("distinct", d.Distinct, int64(leaksOfSource))
	same("namespace", d.Namespace, s.namespace)
	same("scope", d.Scope, s.scope)
	same("class", d.Class, s.class)
	same("signal", d.Signal, s.signal)
	same("place", d.Place, s.place)
	same("exposure", d.Exposure, ledger.Masked)
	same("version", d.Version, newVersion)
	first := oldVersion
	if s.onlyNew {
		first = newVersion
	}
	same("first version", d.FirstVersion, first)
	counted := map[string]int64{}
	for _, at := range d.Sources {
		same("file", at.File, s.file)
		same("line", at.Line, s.line)
		same("span", at.Span, s.span)
		same("level", at.Level, s.level)
		same("instance", at.Instance, s.service+"-7d9f8b6c5d-x2x4z")
		counted[at.Version] += at.Count
	}
	if s.onlyNew {
		same("count in the new version", counted[newVersion], int64(leaksOfSource))
		same("count in the old version", counted[oldVersion], int64(0))
	} else {
		same("count in the new version", counted[newVersion], int64(leaksOfSource/2))
		same("count in the old version", counted[oldVersion], int64(leaksOfSource/2))
	}
	return ok
}

// explained holds the ledger's first hypothesis against what was planted.
func (s *source) explained(t *testing.T, d *ledger.Detail) bool {
	t.Helper()
	if d.Cause == s.cause && len(d.Causes) > 0 && d.Causes[0].Kind == s.cause && d.Causes[0].Reason != "" && d.Causes[0].Remedy != "" {
		return true
	}
	var said []cause.Kind
	for _, c := range d.Causes {
		said = append(said, c.Kind)
	}
	t.Errorf("%s: the hypotheses are %v, want %s first", s.describe(), said, s.cause)
	return false
}
