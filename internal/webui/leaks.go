package webui

import (
	"net/http"
	"net/url"
	"time"

	"github.com/airtight-telemetry/airtight/internal/ledger"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// leaksPage is the list of leaks.
type leaksPage struct {
	frame
	Leaks    []ledger.Leak
	Services []string
	Service  string
	Class    string
	State    string
	Exposure string
	Since    string
	// Later says that this is not the first page, First and Next are addresses.
	Later       bool
	First, Next string
	Classes     []rule.Class
	States      []ledger.State
	Sinces      []choice
}

// choice is an entry of the filter by time.
type choice struct {
	Key, Label string
	Span       time.Duration
}

var sinces = []choice{{"1h", "the last hour", time.Hour}, {"24h", "the last 24 hours", day24}, {"7d", "the last 7 days", 7 * day24}, {"30d", "the last 30 days", 30 * day24}}

// filters are the names of the list's filters in a URL.
var filters = []string{"service", "class", "state", "exposure", "since"}

// undecided is the filter for what waits for a decision.
const undecided = "undecided"

const (
	perPage     = 50
	maxServices = 1000
)

func (p *pages) showLeaks(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	page := leaksPage{
		frame: p.liveFrame(r, "leaks"), Service: q.Get("service"), Class: q.Get("class"), State: q.Get("state"), Exposure: q.Get("exposure"), Since: q.Get("since"),
		Classes: rule.Classes(), States: ledger.States(), Sinces: sinces, Later: q.Get("next") != "",
	}
	f := ledger.Filter{
		Service: page.Service, Class: page.Class, State: ledger.State(page.State), Exposure: ledger.Exposure(page.Exposure), Next: q.Get("next"), Limit: perPage,
	}
	if page.State == undecided {
		f.State, f.Undecided = "", true
	}
	for _, c := range sinces {
		if c.Key == page.Since {
			f.Since = page.Now.Add(-c.Span)
		}
	}
	list, err := p.Ledger.Leaks(r.Context(), f)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	if page.Services, err = p.Ledger.Services(r.Context(), maxServices); err != nil {
		p.failed(w, r, err)
		return
	}
	page.Leaks = list.Leaks
	set := url.Values{}
	for _, key := range filters {
		if v := q.Get(key); v != "" {
			set.Set(key, v)
		}
	}
	page.First = "/leaks?" + set.Encode()
	if list.Next != "" {
		set.Set("next", list.Next)
		page.Next = "/leaks?" + set.Encode()
	}
	p.show(w, http.StatusOK, "leaks", page)
}

// Filtered reports whether leaks are left out.
func (p leaksPage) Filtered() bool {
	return p.Service != "" || p.Class != "" || p.State != "" || p.Exposure != "" || p.Since != ""
}

// leakPage is the page of one leak.
type leakPage struct {
	frame
	Leak    *ledger.Detail
	Reach   reach
	Reaches []reach
	Chart   chart
	Audit   []ledger.Entry
	// Incidents are those it is part of, the latest first.
	Incidents []ledger.Incident
	// Said is set after a decision, and Fault says what was wrong with one, which
	// Reason, State and Expires repeat.
	Said                    bool
	Fault                   string
	State                   ledger.State
	Reason, Expires, Lowest string
	States                  []ledger.State
}

// maxAudit is how many decisions a leak's page shows.
const maxAudit = 100

// decisions are the states that people set.
var decisions = []ledger.State{ledger.Acknowledged, ledger.Rotated, ledger.Fixed, ledger.Accepted, ledger.Unhandled}

func (p *pages) showLeak(w http.ResponseWriter, r *http.Request) {
	p.leak(w, r, http.StatusOK, leakPage{Said: r.URL.Query().Has("said")})
}

// leak shows a leak's page, with what is set of it already.
func (p *pages) leak(w http.ResponseWriter, r *http.Request, status int, page leakPage) {
	var err error
	page.frame = p.liveFrame(r, "leaks")
	if page.Leak, err = p.Ledger.Leak(r.Context(), r.PathValue("id")); err != nil {
		p.failed(w, r, err)
		return
	}
	if page.Audit, err = p.Ledger.Audit(r.Context(), page.Leak.ID, 0, maxAudit); err != nil {
		p.failed(w, r, err)
		return
	}
	part, err := p.Ledger.Incidents(r.Context(), ledger.IncidentFilter{Leak: page.Leak.ID, Limit: maxOpen})
	if err != nil {
		p.failed(w, r, err)
		return
	}
	page.Incidents = part.Incidents
	page.Reach, page.Reaches, page.States = reachOf(r), reaches, decisions
	page.Lowest = page.Now.UTC().Add(day24).Format(time.DateOnly)
	page.Chart = newChart(page.Leak.Timeline, page.Now, page.Reach)
	p.show(w, status, "leak", page)
}

// maxForm bounds a form in bytes.
const maxForm = 16 << 10

func (p *pages) setState(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		p.showFault(w, r, http.StatusBadRequest, "The form can't be read.")
		return
	}
	page := leakPage{State: ledger.State(r.PostFormValue("state")), Reason: r.PostFormValue("reason"), Expires: r.PostFormValue("expires")}
	change := ledger.Change{State: page.State, By: p.Who(r), Reason: page.Reason}
	if page.Expires != "" {
		expires, err := time.Parse(time.DateOnly, page.Expires)
		if err != nil {
			page.Fault = "The day must be written as 2027-03-01."
			p.leak(w, r, http.StatusBadRequest, page)
			return
		}
		change.Expires = expires
	}
	id := r.PathValue("id")
	if err := p.Ledger.SetState(r.Context(), id, change); err != nil {
		if invalid, ok := asInvalid(err); ok {
			page.Fault = invalid
			p.leak(w, r, http.StatusBadRequest, page)
			return
		}
		p.failed(w, r, err)
		return
	}
	http.Redirect(w, r, "/leaks/"+url.PathEscape(id)+"?said=1#decision", http.StatusSeeOther)
}
