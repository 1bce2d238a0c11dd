//go:build e2e && linux

package e2e

import (
	"context"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/airtight-telemetry/airtight/internal/ledger"
)

// incidentWithin is how soon after its first leak a new version must have opened an
// incident, under the shipped intervals.
const incidentWithin = 10 * time.Second

// TestLeaksIncident runs the old versions of four services with their ordinary leaks,
// and then a new version of one that begins to leak.
func TestLeaksIncident(t *testing.T) {
	f := newFleet(t, "", func(plog.LogRecord) {}).start()
	r := random(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	programs := map[string]*program{}
	run := func(service, version string) {
		p, err := newProgram(ctx, f.sidecar.grpc, service, "shop-a", version)
		if err != nil {
			t.Fatal(err)
		}
		programs[service] = p
	}
	services := []string{"checkout", "login", "payment", "search"}
	places := map[string][]source{}
	for _, service := range services {
		run(service, oldVersion)
		places[service] = kinds(service)
	}
	// A beat is ten records of each service; the login leaks now and then, as ever.
	beats := 0
	beat := func(leaks bool) {
		beats++
		for _, service := range services {
			p, s := programs[service], places[service]
			for range 9 {
				if err := p.emit(ctx, &s[1], s[1].clean()); err != nil {
					t.Fatal(err)
				}
			}
			m := s[0].clean()
			if service == "login" && beats%10 == 0 || leaks && service == "payment" {
				m = s[0].leak(s[0].value(r))
			}
			if err := p.emit(ctx, &s[0], m); err != nil {
				t.Fatal(err)
			}
			if err := p.flush(ctx); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	incidents := func() (open []ledger.Incident) {
		var page ledger.IncidentPage
		f.get("/api/v1/incidents?state=open", &page)
		return page.Incidents
	}
	for began := time.Now(); time.Since(began) < 15*time.Second; {
		beat(false)
	}
	early := incidents()
	for _, i := range early {
		t.Errorf("an incident before anything is new: %s, %s of %s: %v", i.Kind, i.Class, i.Service, i.Reasons)
	}
	if err := programs["payment"].close(ctx); err != nil {
		t.Fatal(err)
	}
	run("payment", newVersion)
	began := time.Now()
	var opened []ledger.Incident
	for len(opened) == 0 && time.Since(began) < 3*incidentWithin {
		beat(true)
		opened = incidents()
	}
	took := time.Since(began)
	if len(opened) == 0 {
		t.Fatalf("no incident after %v", took)
	}
	i := opened[0]
	if i.Service != "payment" || i.Kind != ledger.VersionIncident || i.Version != newVersion || i.Class != "contact" || len(i.Leaks) == 0 || len(i.Reasons) == 0 {
		t.Errorf("the incident is %+v", i)
	}
	if took > incidentWithin {
		t.Errorf("it took %v", took)
	}
	figure("incident: %.1f s from the first leak of a new version to an open incident in the API (%s; limit %v); before that in 15 s of ordinary leaks: %d incidents",
		took.Seconds(), i.Kind, incidentWithin, len(early))
	for _, p := range programs {
		if err := p.close(ctx); err != nil {
			t.Error(err)
		}
	}
	f.stop()
}
