package ledger

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// TestOrdinaryWeeksOpenNothing: forty sources leak as they always did, by day and
// night, at weekends, in bursts, and while their services are given new versions; a ledger
// that begins with them and is restarted every week opens no incident.
func TestOrdinaryWeeksOpenNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes half a minute")
	}
	const services, weeks = 10, 5
	classes := []rule.Class{rule.Secret, rule.Contact, rule.Payment, rule.Network}
	random := rand.New(rand.NewPCG(7, 7))
	type source struct{ rate, phase, swing, weekend, spread, state float64 }
	var sources [services][]*source
	for s := range services {
		for range classes {
			sources[s] = append(sources[s], &source{
				rate: math.Exp(math.Log(0.5) + random.Float64()*math.Log(1000)), phase: 24 * random.Float64(), swing: 0.8 * random.Float64(),
				weekend: 0.2 + random.Float64(), spread: 0.1 + 0.5*random.Float64(),
			})
		}
	}
	c := &clock{t: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)}
	o := Options{Path: filepath.Join(t.TempDir(), "l.db"), Report: func(err error) { t.Error(err) }, now: c.now}
	l := watched(t, o, WatchOptions{})
	look(t, l)
	findings := 0
	for hour := range weeks * 7 * 24 {
		var rows []finding.Row
		for s := range services {
			major := (hour + 13*s) / (60 + 7*s)
			version, before := fmt.Sprint("1.", major), ""
			if major > 0 {
				before = fmt.Sprint("1.", major-1)
			}
			for k, class := range classes {
				x := sources[s][k]
				mean := x.rate * (1 + x.swing*math.Cos((float64(c.now().Hour())-x.phase)*math.Pi/12))
				if d := c.now().Weekday(); d == time.Saturday || d == time.Sunday {
					mean *= x.weekend
				}
				const memory = 0.5 // bursts last
				x.state = memory*x.state + math.Sqrt(1-memory*memory)*random.NormFloat64()
				mean *= math.Exp(x.spread*x.state - x.spread*x.spread/2)
				n := 0
				for left := mean; ; n++ { // exponential gaps make a Poisson count
					if left -= random.ExpFloat64(); left < 0 {
						break
					}
				}
				if n == 0 {
					continue
				}
				findings += n
				rows = append(rows, found(c.now(), func(r *finding.Row) {
					r.Resource = finding.NewAttrs([][2]string{{"service.name", fmt.Sprint("service", s)}, {"service.version", version}})
					r.VersionBefore, r.Class, r.Rule, r.Count, r.Fingerprint = before, class, "a-"+string(class), n, ""
				}))
			}
		}
		record(t, l, rows...)
		c.forward(30 * time.Minute)
		look(t, l)
		c.forward(30 * time.Minute)
		if hour%(7*24) == 7*24-1 {
			closed(t, l)
			l = watched(t, o, WatchOptions{})
			look(t, l)
		}
	}
	defer closed(t, l)
	opened := incidents(t, l, IncidentFilter{})
	t.Logf("figure: %d weeks of ordinary traffic of %d sources, %d findings, through the ledger: %d incidents", weeks, services*len(classes), findings, len(opened))
	for _, i := range opened {
		t.Errorf("%s %s %s %s: %v", i.Opened, i.Kind, i.Service, i.Class, i.Reasons)
	}
}
