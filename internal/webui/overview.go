package webui

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/airtight-telemetry/airtight/internal/ledger"
)

// reach is how far back charts and counts look.
type reach struct {
	Key, Name string
	Span      time.Duration
	// Step is the time of one bar, and Bar its name.
	Step time.Duration
	Bar  string
}

const day24 = 24 * time.Hour

// reaches are those to choose from; the first is the default.
var reaches = []reach{
	{"7d", "7 days", 7 * day24, time.Hour, "hour"},
	{"24h", "24 hours", day24, time.Hour, "hour"},
	{"30d", "30 days", 30 * day24, day24, "day"},
}

func reachOf(r *http.Request) reach {
	for _, c := range reaches {
		if c.Key == r.URL.Query().Get("reach") {
			return c
		}
	}
	return reaches[0]
}

// overviewPage is what the overview shows.
type overviewPage struct {
	frame
	Overview *ledger.Overview
	Reach    reach
	Reaches  []reach
	Chart    chart
	Services []share
	Classes  []share
	Latest   []ledger.Leak
	// Incidents are those that are open, and More says that there are others.
	Incidents []ledger.Incident
	More      bool
}

// share is a part of a whole, with the length of its bar in percent of the longest.
type share struct {
	Name  string
	Count int64
	Leaks int64
	Bar   int
}

const (
	// busiest is how many services the overview names, and latest how many leaks.
	busiest, latest = 8, 6
	// maxOpen is how many open incidents it names.
	maxOpen = 5
)

func (p *pages) showOverview(w http.ResponseWriter, r *http.Request) {
	page := overviewPage{frame: p.liveFrame(r, "overview"), Reach: reachOf(r), Reaches: reaches}
	var err error
	if page.Overview, err = p.Ledger.Overview(r.Context(), page.Now.Add(-page.Reach.Span)); err != nil {
		p.failed(w, r, err)
		return
	}
	page.Chart = newChart(page.Overview.Hours, page.Now, page.Reach)
	for _, s := range page.Overview.Services {
		page.Services = append(page.Services, share{Name: s.Service, Count: s.Findings, Leaks: s.Leaks})
	}
	page.Services = longest(page.Services, busiest)
	for class, n := range page.Overview.ByClass {
		page.Classes = append(page.Classes, share{Name: class, Count: n})
	}
	page.Classes = longest(page.Classes, len(page.Classes))
	list, err := p.Ledger.Leaks(r.Context(), ledger.Filter{Limit: latest})
	if err != nil {
		p.failed(w, r, err)
		return
	}
	page.Latest = list.Leaks
	open, err := p.Ledger.Incidents(r.Context(), ledger.IncidentFilter{State: ledger.IncidentOpen, Limit: maxOpen})
	if err != nil {
		p.failed(w, r, err)
		return
	}
	page.Incidents, page.More = open.Incidents, open.Next != ""
	p.show(w, http.StatusOK, "overview", page)
}

// longest are the n largest shares, with their bars.
func longest(all []share, n int) []share {
	slices.SortFunc(all, func(a, b share) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name))
	})
	all = all[:min(n, len(all))]
	for i := range all {
		if all[i].Count > 0 {
			all[i].Bar = max(1, int(100*all[i].Count/all[0].Count))
		}
	}
	return all
}

// Undecided is how many leaks wait for a decision.
func (p overviewPage) Undecided() int64 {
	return p.Overview.ByState[ledger.Unhandled] + p.Overview.ByState[ledger.Reopened]
}
