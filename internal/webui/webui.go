// Package webui shows a ledger to people: an overview with a list of leaks, and a
// page for each. It reads, it does not decide, and it asks no other server for
// anything. Who may see it is for the caller to say.
package webui

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"time"

	"github.com/airtight-telemetry/airtight/internal/ledger"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed assets
var assets embed.FS

// policy lets a browser take the page's own style sheet and nothing else; there
// are no scripts.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// NewHandler shows the ledger that l reads. report is told of what goes wrong and
// must not be nil.
func NewHandler(l ledger.Reader, report func(error)) http.Handler {
	p := &pages{
		ledger: l, report: report, now: time.Now,
		overview: parse("overview.html"), leak: parse("leak.html"), fault: parse("fault.html"),
	}
	files, err := fs.Sub(assets, "assets")
	if err != nil {
		panic("webui: " + err.Error()) // the folder is embedded
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.showOverview)
	mux.HandleFunc("GET /leaks/{id}", p.showLeak)
	mux.Handle("GET /assets/", http.StripPrefix("/assets/", http.FileServerFS(files)))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		p.showFault(w, http.StatusNotFound, "There is no such page.")
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		mux.ServeHTTP(w, r)
	})
}

type pages struct {
	ledger                ledger.Reader
	report                func(error)
	now                   func() time.Time
	overview, leak, fault *template.Template
}

func parse(name string) *template.Template {
	return template.Must(template.New(name).Funcs(functions).ParseFS(templateFiles, "templates/layout.html", "templates/"+name))
}

// span is how far back charts and counts look.
const span = 7 * 24 * time.Hour

// overviewPage is what the overview shows.
type overviewPage struct {
	Now      time.Time
	Overview *ledger.Overview
	Chart    chart
	Leaks    []ledger.Leak
	Filter   ledger.Filter
	Since    string // a choice of sinces
	Filtered bool
	Next     string // the next page's address
	Classes  []rule.Class
	States   []ledger.State
	Sinces   []choice
}

// choice is an entry of the filter by time.
type choice struct {
	Key, Label string
	Span       time.Duration
}

var sinces = []choice{
	{"", "any time", 0}, {"1h", "the last hour", time.Hour}, {"24h", "the last 24 hours", 24 * time.Hour}, {"7d", "the last 7 days", span},
}

func (p *pages) showOverview(w http.ResponseWriter, r *http.Request) {
	now := p.now()
	q := r.URL.Query()
	page := overviewPage{
		Now: now, Since: q.Get("since"), Classes: rule.Classes(), States: ledger.States(), Sinces: sinces,
		Filter: ledger.Filter{Service: q.Get("service"), Class: q.Get("class"), State: ledger.State(q.Get("state")), Next: q.Get("next")},
	}
	for _, c := range sinces {
		if c.Key == page.Since && c.Span > 0 {
			page.Filter.Since = now.Add(-c.Span)
		}
	}
	page.Filtered = page.Filter.Service != "" || page.Filter.Class != "" || page.Filter.State != "" || !page.Filter.Since.IsZero()
	var err error
	if page.Overview, err = p.ledger.Overview(r.Context(), now.Add(-span)); err != nil {
		p.failed(w, r, err)
		return
	}
	page.Chart = newChart(page.Overview.Hours, now)
	list, err := p.ledger.Leaks(r.Context(), page.Filter)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	page.Leaks = list.Leaks
	if list.Next != "" {
		next := url.Values{}
		for _, key := range []string{"service", "class", "state", "since"} {
			if v := q.Get(key); v != "" {
				next.Set(key, v)
			}
		}
		next.Set("next", list.Next)
		page.Next = "/?" + next.Encode() + "#leaks"
	}
	p.show(w, http.StatusOK, p.overview, page)
}

type leakPage struct {
	Now   time.Time
	Leak  *ledger.Detail
	Chart chart
	Audit []ledger.Entry
}

// maxAudit is how many changes of state a leak's page shows.
const maxAudit = 100

func (p *pages) showLeak(w http.ResponseWriter, r *http.Request) {
	d, err := p.ledger.Leak(r.Context(), r.PathValue("id"))
	if err != nil {
		p.failed(w, r, err)
		return
	}
	entries, err := p.ledger.Audit(r.Context(), d.ID, 0, maxAudit)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	now := p.now()
	p.show(w, http.StatusOK, p.leak, leakPage{now, d, newChart(d.Timeline, now), entries})
}

func (p *pages) failed(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		p.showFault(w, http.StatusNotFound, "There is no such leak. It may have been removed because nothing was seen of it for long.")
	case errors.Is(err, ledger.ErrBadCursor):
		p.showFault(w, http.StatusBadRequest, "That page of the list does not exist. Go back to the first one.")
	case r.Context().Err() != nil: // nobody is there any more
	default:
		p.report(err)
		p.showFault(w, http.StatusServiceUnavailable, "The ledger does not answer. Its log says why.")
	}
}

func (p *pages) showFault(w http.ResponseWriter, status int, sentence string) {
	p.show(w, status, p.fault, map[string]string{"Sentence": sentence})
}

// show writes a page whole or not at all.
func (p *pages) show(w http.ResponseWriter, status int, t *template.Template, data any) {
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "layout.html", data); err != nil {
		p.report(err)
		http.Error(w, "The page could not be made. The log says why.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // the client has gone
}

// Undecided is how many leaks wait for a decision.
func (p overviewPage) Undecided() int64 {
	return p.Overview.ByState[ledger.Unhandled] + p.Overview.ByState[ledger.Reopened]
}
