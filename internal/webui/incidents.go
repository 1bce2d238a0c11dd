package webui

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/airtight-telemetry/airtight/internal/ledger"
)

// incidentsPage is the list of incidents.
type incidentsPage struct {
	frame
	Incidents []ledger.Incident
	State     string
	Kind      string
	Kinds     []ledger.IncidentKind
	Later     bool
	// First and Next are addresses.
	First, Next string
}

func (p *pages) showIncidents(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	page := incidentsPage{frame: p.liveFrame(r, "incidents"), State: q.Get("state"), Kind: q.Get("kind"), Kinds: ledger.IncidentKinds(), Later: q.Get("next") != ""}
	list, err := p.Ledger.Incidents(r.Context(), ledger.IncidentFilter{
		State: ledger.IncidentState(page.State), Kind: ledger.IncidentKind(page.Kind), Next: q.Get("next"), Limit: perPage,
	})
	if err != nil {
		p.failed(w, r, err)
		return
	}
	page.Incidents = list.Incidents
	set := url.Values{}
	for _, key := range []string{"state", "kind"} {
		if v := q.Get(key); v != "" {
			set.Set(key, v)
		}
	}
	page.First = "/incidents?" + set.Encode()
	if list.Next != "" {
		set.Set("next", list.Next)
		page.Next = "/incidents?" + set.Encode()
	}
	p.show(w, http.StatusOK, "incidents", page)
}

// Filtered reports whether incidents are left out.
func (p incidentsPage) Filtered() bool { return p.State != "" || p.Kind != "" }

// incidentPage is the page of one incident.
type incidentPage struct {
	frame
	Incident *ledger.IncidentDetail
	Reach    reach
	Reaches  []reach
	Chart    chart
	Said     bool
	Fault    string
	Reason   string
}

func (p *pages) showIncident(w http.ResponseWriter, r *http.Request) {
	p.incident(w, r, http.StatusOK, incidentPage{Said: r.URL.Query().Has("said")})
}

// incident shows an incident's page, with what is set of it already.
func (p *pages) incident(w http.ResponseWriter, r *http.Request, status int, page incidentPage) {
	var err error
	page.frame = p.liveFrame(r, "incidents")
	if page.Incident, err = p.Ledger.Incident(r.Context(), r.PathValue("id")); err != nil {
		p.failed(w, r, err)
		return
	}
	page.Reach, page.Reaches = reachOf(r), reaches
	page.Chart = newChart(page.Incident.Timeline, page.Now, page.Reach)
	p.show(w, status, "incident", page)
}

func (p *pages) closeIncident(w http.ResponseWriter, r *http.Request) {
	p.change(w, r, func(page *incidentPage, id, by string) error {
		page.Reason = r.PostFormValue("reason")
		return p.Ledger.CloseIncident(r.Context(), id, by, page.Reason)
	})
}

func (p *pages) containIncident(w http.ResponseWriter, r *http.Request) {
	p.change(w, r, func(_ *incidentPage, id, by string) error {
		d, _ := time.ParseDuration(r.PostFormValue("for")) // the ledger says what is wrong with none
		return p.Ledger.ContainIncident(r.Context(), id, d, by)
	})
}

func (p *pages) releaseIncident(w http.ResponseWriter, r *http.Request) {
	p.change(w, r, func(_ *incidentPage, id, by string) error { return p.Ledger.ReleaseIncident(r.Context(), id, by) })
}

// change carries out what a form on an incident's page asks for.
func (p *pages) change(w http.ResponseWriter, r *http.Request, f func(page *incidentPage, id, by string) error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		p.showFault(w, r, http.StatusBadRequest, "The form can't be read.")
		return
	}
	var page incidentPage
	id := r.PathValue("id")
	if err := f(&page, id, p.Who(r)); err != nil {
		if fault, ok := asInvalid(err); ok {
			page.Fault = fault
			p.incident(w, r, http.StatusBadRequest, page)
			return
		}
		p.failed(w, r, err)
		return
	}
	http.Redirect(w, r, "/incidents/"+url.PathEscape(id)+"?said=1#events", http.StatusSeeOther)
}

// terms are the times a source may be contained for.
var terms = []struct{ Key, Name string }{{"15m", "15 minutes"}, {"1h", "1 hour"}, {"4h", "4 hours"}, {"24h", "24 hours"}}

// Terms are the times to choose from.
func (incidentPage) Terms() []struct{ Key, Name string } { return terms }

// about writes an expected number as people do: whole, but for small ones.
func about(f float64) string {
	if f > 0 && f < 10 {
		return strconv.FormatFloat(f, 'f', 1, 64)
	}
	return count(int64(f + 0.5))
}

// kindNames say what kinds of incidents are about.
var kindNames = map[ledger.IncidentKind]string{
	ledger.RateIncident: "more than is ordinary", ledger.NoveltyIncident: "first time", ledger.VersionIncident: "new version",
}

// event says what an entry of the audit is about, as something its actor did.
func event(e ledger.Entry) string {
	switch {
	case e.Action == "incident" && e.Became == ledger.State(ledger.IncidentClosed):
		return "closed it"
	case e.Action == "incident" && e.Was == ledger.State(ledger.IncidentClosed):
		return "opened it again"
	case e.Action == "incident":
		return "opened it"
	case e.Action == "contain":
		return "contained the source"
	case e.Action == "release":
		return "released the source"
	}
	return words(e.Action)
}

func kind(k ledger.IncidentKind) string {
	if name, ok := kindNames[k]; ok {
		return name
	}
	return words(k)
}
