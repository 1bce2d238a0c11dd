// Package ledgerapi serves a ledger over HTTP: JSON under /api/v1, a page beside
// it, and who may see and do what.
package ledgerapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/airtight-telemetry/airtight/internal/ledger"
)

// Ledger is what the API needs of a ledger.
type Ledger interface {
	ledger.Reader
	ledger.Tracer
	SetState(ctx context.Context, id string, c ledger.Change) error
	CloseIncident(ctx context.Context, id, by, reason string) error
	ContainIncident(ctx context.Context, id string, d time.Duration, by string) error
	ReleaseIncident(ctx context.Context, id, by string) error
}

// Options say how a ledger is served.
type Options struct {
	Ledger Ledger
	// Page serves everything that is not the API's, to those who may read, and what is
	// under /assets/ to everyone. Nil: nothing.
	Page http.Handler
	// Auth says who may read and who may decide.
	Auth Auth
	// Report is told of errors that the client is not; it must not be nil.
	Report func(error)
}

// NewHandler returns the handler of all paths.
func NewHandler(o Options) *Handler {
	a := &api{o}
	mux := new(router)
	mux.HandleFunc("GET /healthz", a.health)
	mux.Handle("GET /api/v1/leaks", o.Auth.require(Viewer, a.answer(a.leaks)))
	mux.Handle("GET /api/v1/leaks/{id}", o.Auth.require(Viewer, a.answer(a.leak)))
	mux.Handle("POST /api/v1/leaks/{id}/state", o.Auth.require(Responder, a.answer(a.setState)))
	mux.Handle("GET /api/v1/overview", o.Auth.require(Viewer, a.answer(a.overview)))
	mux.Handle("GET /api/v1/incidents", o.Auth.require(Viewer, a.answer(a.incidents)))
	mux.Handle("GET /api/v1/incidents/{id}", o.Auth.require(Viewer, a.answer(a.incident)))
	mux.Handle("POST /api/v1/incidents/{id}/close", o.Auth.require(Responder, a.answer(a.closeIncident)))
	mux.Handle("POST /api/v1/incidents/{id}/contain", o.Auth.require(Responder, a.answer(a.containIncident)))
	mux.Handle("POST /api/v1/incidents/{id}/release", o.Auth.require(Responder, a.answer(a.releaseIncident)))
	mux.Handle("POST /api/v1/trace", o.Auth.require(Viewer, a.answer(a.trace)))
	mux.Handle("GET /api/v1/audit", o.Auth.require(Viewer, a.answer(a.audit)))
	mux.Handle("/api/", o.Auth.require(Viewer, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fail(w, http.StatusNotFound, "there is nothing here: the API is under /api/v1/leaks, incidents, overview and audit")
	})))
	if o.Page != nil {
		mux.Handle("GET /assets/", o.Page) // holds nothing of the ledger; the sign-in page needs it
		mux.HandleFunc("GET /signin", o.Auth.signInPage)
		mux.HandleFunc("POST /signin", o.Auth.signIn)
		mux.HandleFunc("POST /signout", o.Auth.signOut)
		mux.Handle("/", o.Auth.page(o.Page))
	}
	return &Handler{o.Auth.guard(mux), mux.patterns}
}

// maxBody bounds a request's body in bytes.
const maxBody = 16 << 10

type api struct{ Options }

// clientError is a mistake of the client's, in a sentence it is told.
type clientError struct{ error }

func (a *api) answer(f func(*http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := f(r)
		var mistake clientError
		var invalid ledger.InvalidChange
		switch {
		case err == nil:
			write(w, http.StatusOK, v)
		case errors.As(err, &mistake) || errors.As(err, &invalid) || errors.Is(err, ledger.ErrBadCursor):
			fail(w, http.StatusBadRequest, err.Error())
		case errors.Is(err, ledger.ErrNotFound) || errors.Is(err, ledger.ErrNoIncident):
			fail(w, http.StatusNotFound, err.Error())
		case r.Context().Err() != nil: // nobody is there any more
		default:
			a.Report(err)
			fail(w, http.StatusServiceUnavailable, "the ledger does not answer; its log says why")
		}
	})
}

func (a *api) health(w http.ResponseWriter, r *http.Request) {
	if err := a.Ledger.Ping(r.Context()); err != nil {
		a.Report(err)
		fail(w, http.StatusServiceUnavailable, "the ledger does not answer; its log says why")
		return
	}
	write(w, http.StatusOK, map[string]string{"status": "ok"})
}

func (a *api) leaks(r *http.Request) (any, error) {
	f, err := ReadFilter(r)
	if err != nil {
		return nil, clientError{err}
	}
	return a.Ledger.Leaks(r.Context(), f)
}

func (a *api) leak(r *http.Request) (any, error) {
	return a.Ledger.Leak(r.Context(), r.PathValue("id"))
}

// defaultSpan is how far an overview looks back unless it is asked otherwise.
const defaultSpan = 7 * 24 * time.Hour

func (a *api) overview(r *http.Request) (any, error) {
	f, err := ReadFilter(r)
	if err != nil {
		return nil, clientError{err}
	}
	if f.Since.IsZero() {
		f.Since = time.Now().Add(-defaultSpan)
	}
	return a.Ledger.Overview(r.Context(), f.Since)
}

const maxEntries = 1000

func (a *api) audit(r *http.Request) (any, error) {
	q := r.URL.Query()
	after, err := number(q.Get("next"), 0)
	if err != nil {
		return nil, clientError{errors.New("next: is not what a page gave; leave it out for the first page")}
	}
	limit, err := number(q.Get("limit"), 100)
	if err != nil || limit == 0 {
		return nil, clientError{errBadLimit}
	}
	limit = min(limit, maxEntries)
	entries, err := a.Ledger.Audit(r.Context(), q.Get("leak"), after, int(limit)+1)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(entries) > int(limit) {
		entries = entries[:limit]
		next = strconv.FormatInt(entries[limit-1].Seq, 10)
	}
	return map[string]any{"entries": entries, "next": next}, nil
}

// decision is the body of a request for a change of state.
type decision struct {
	State   ledger.State `json:"state"`
	Reason  string       `json:"reason"`
	Expires time.Time    `json:"expires"`
}

func (a *api) setState(r *http.Request) (any, error) {
	var d decision
	if err := readBody(r, &d, `{"state": "accepted", "reason": "test data", "expires": "2027-03-01T00:00:00Z"}`); err != nil {
		return nil, err
	}
	id := r.PathValue("id")
	change := ledger.Change{State: d.State, By: actor(r), Reason: d.Reason, Expires: d.Expires}
	if err := a.Ledger.SetState(r.Context(), id, change); err != nil {
		return nil, err
	}
	return a.Ledger.Leak(r.Context(), id)
}

var errBadLimit = errors.New("limit: must be a number from 1")

// ReadFilter reads a list's filter from a request's query.
func ReadFilter(r *http.Request) (f ledger.Filter, err error) {
	q := r.URL.Query()
	f = ledger.Filter{Service: q.Get("service"), Class: q.Get("class"), State: ledger.State(q.Get("state")), Exposure: ledger.Exposure(q.Get("exposure")), Next: q.Get("next")}
	if s := q.Get("since"); s != "" {
		if f.Since, err = time.Parse(time.RFC3339, s); err != nil {
			return f, errors.New("since: must be a time as in 2027-03-01T00:00:00Z")
		}
	}
	limit, err := number(q.Get("limit"), 0)
	if err != nil {
		return f, errBadLimit
	}
	f.Limit = int(limit)
	return f, nil
}

// number is a number of at most nine digits; missing where there is none.
func number(s string, missing int64) (int64, error) {
	if s == "" {
		return missing, nil
	}
	n, err := strconv.ParseUint(s, 10, 30)
	return int64(n), err
}

func write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client has gone
}

func fail(w http.ResponseWriter, status int, sentence string) {
	write(w, status, map[string]string{"error": sentence})
}
