// Package webui shows a ledger to people: an overview, a list of leaks with a page
// for each, incidents, what goes out unmasked, and why a line is or isn't masked.
//
// Every page is whole as the server sends it: it works without a script, and the
// scripts only add to what is there. Charts are drawn from the table that stands
// beside them, and a page that is open stays up to date by fetching itself anew when
// the ledger has changed. There is one rendering of everything, and it is Go's.
//
// The page asks no other server for anything. Who may see it is for the caller to
// say.
package webui

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"html/template"
	"net/http"
	"time"

	"github.com/airtight-telemetry/airtight/internal/ledger"
)

//go:embed templates/*.html
var templateFiles embed.FS

// contentPolicy lets a browser take the page's own files and nothing else: no script and no
// style inline, none from elsewhere.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// Ledger is what the page needs of a ledger.
type Ledger interface {
	ledger.Reader
	// Incidents lists incidents, and Incident is one, or ledger.ErrNoIncident.
	Incidents(context.Context, ledger.IncidentFilter) (ledger.IncidentPage, error)
	Incident(ctx context.Context, id string) (*ledger.IncidentDetail, error)
	// Revision changes when there is something new to show.
	Revision(context.Context) (string, error)
	// Services lists the names of services that leak.
	Services(ctx context.Context, limit int) ([]string, error)
	// SetState carries out a person's decision.
	SetState(ctx context.Context, id string, c ledger.Change) error
	// CloseIncident, ContainIncident and ReleaseIncident do so for an incident.
	CloseIncident(ctx context.Context, id, by, reason string) error
	ContainIncident(ctx context.Context, id string, d time.Duration, by string) error
	ReleaseIncident(ctx context.Context, id, by string) error
}

// Options say what is shown, and to whom.
type Options struct {
	Ledger Ledger
	// MayDecide reports whether who asks may decide about leaks; nil: nobody may.
	MayDecide func(*http.Request) bool
	// Who names who asks, for the page and the audit; nil: nobody is named.
	Who func(*http.Request) string
	// Policy is the policy file that try-a-line explains by, over the default policy.
	Policy string
	// Report is told of what goes wrong; it must not be nil.
	Report func(error)
}

// Handler serves the page. Close must be called.
type Handler struct {
	http.Handler
	// Patterns are those of the routes, as http.ServeMux has them.
	Patterns []string
	live     *live
}

// Close ends the streams of pages that are open.
func (h *Handler) Close() { h.live.close() }

// NewHandler shows a ledger.
func NewHandler(o Options) *Handler {
	if o.MayDecide == nil {
		o.MayDecide = func(*http.Request) bool { return false }
	}
	if o.Who == nil {
		o.Who = func(*http.Request) string { return "" }
	}
	p := &pages{Options: o, now: time.Now, trial: trial{file: o.Policy}}
	h := &Handler{live: newLive(o.Ledger.Revision, o.Report)}
	mux := http.NewServeMux()
	for _, r := range []struct {
		pattern string
		handler http.HandlerFunc
	}{
		{"GET /{$}", p.showOverview},
		{"GET /leaks", p.showLeaks},
		{"GET /leaks/{id}", p.showLeak},
		{"POST /leaks/{id}/state", p.decides(p.setState)},
		{"GET /incidents", p.showIncidents},
		{"GET /incidents/{id}", p.showIncident},
		{"POST /incidents/{id}/close", p.decides(p.closeIncident)},
		{"POST /incidents/{id}/contain", p.decides(p.containIncident)},
		{"POST /incidents/{id}/release", p.decides(p.releaseIncident)},
		{"GET /shadow", p.showShadow},
		{"GET /try", p.showTry},
		{"POST /try", p.try},
		{"GET /events", h.live.serve},
		{"GET /assets/{name...}", serveAsset},
		{"/", func(w http.ResponseWriter, r *http.Request) {
			p.showFault(w, r, http.StatusNotFound, "There is no such page.")
		}},
	} {
		h.Patterns = append(h.Patterns, r.pattern)
		mux.HandleFunc(r.pattern, r.handler)
	}
	h.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", contentPolicy)
		mux.ServeHTTP(w, r)
	})
	return h
}

type pages struct {
	Options
	now   func() time.Time
	trial trial
}

// decides lets through who may decide.
func (p *pages) decides(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !p.MayDecide(r) {
			p.showFault(w, r, http.StatusForbidden, "You may read here and not decide. Ask a responder, or sign in with a responder's token.")
			return
		}
		next(w, r)
	}
}

// templates are the pages by their names, each with the layout and the parts that
// all share.
var templates = func() map[string]*template.Template {
	shared := template.Must(template.New("").Funcs(functions).ParseFS(templateFiles, "templates/layout.html", "templates/parts.html"))
	all := map[string]*template.Template{}
	for _, name := range []string{"overview", "leaks", "leak", "incidents", "incident", "shadow", "try", "fault"} {
		all[name] = template.Must(template.Must(shared.Clone()).ParseFS(templateFiles, "templates/"+name+".html"))
	}
	return all
}()

// frame is what is around every page.
type frame struct {
	Now time.Time
	// At is the part of the page, for the navigation.
	At        string
	MayDecide bool
	Who       string
	// Revision is the ledger's before the page was read, on pages that stay up to date.
	Revision string
}

func (p *pages) frame(r *http.Request, at string) frame {
	return frame{Now: p.now(), At: at, MayDecide: p.MayDecide(r), Who: p.Who(r)}
}

// liveFrame is that of a page that stays up to date: it must be made before the
// ledger is read, so that the page learns of what comes after.
func (p *pages) liveFrame(r *http.Request, at string) frame {
	f := p.frame(r, at)
	f.Revision, _ = p.Ledger.Revision(r.Context()) // who reads the ledger next reports what is wrong
	return f
}

// failed shows why a page can't be shown.
func (p *pages) failed(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		p.showFault(w, r, http.StatusNotFound, "There is no such leak. It may have been removed because nothing was seen of it for long.")
	case errors.Is(err, ledger.ErrNoIncident):
		p.showFault(w, r, http.StatusNotFound, "There is no such incident.")
	case errors.Is(err, ledger.ErrBadCursor):
		p.showFault(w, r, http.StatusBadRequest, "That page of the list does not exist. Go back to the first one.")
	case r.Context().Err() != nil: // nobody is there any more
	default:
		p.Report(err)
		p.showFault(w, r, http.StatusServiceUnavailable, "The ledger does not answer. Its log says why.")
	}
}

type faultPage struct {
	frame
	Sentence string
}

func (p *pages) showFault(w http.ResponseWriter, r *http.Request, status int, sentence string) {
	p.show(w, status, "fault", faultPage{p.frame(r, ""), sentence})
}

// show writes a page whole or not at all.
func (p *pages) show(w http.ResponseWriter, status int, name string, data any) {
	var b bytes.Buffer
	if err := templates[name].ExecuteTemplate(&b, "layout.html", data); err != nil {
		p.Report(err)
		http.Error(w, "The page could not be made. The log says why.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // the client has gone
}
