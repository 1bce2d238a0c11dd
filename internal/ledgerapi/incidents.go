package ledgerapi

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/airtight-telemetry/airtight/internal/ledger"
)

func (a *api) incidents(r *http.Request) (any, error) {
	f, err := ReadIncidentFilter(r)
	if err != nil {
		return nil, clientError{err}
	}
	return a.Ledger.Incidents(r.Context(), f)
}

// ReadIncidentFilter reads the filter of a list of incidents from a request's query.
func ReadIncidentFilter(r *http.Request) (ledger.IncidentFilter, error) {
	q := r.URL.Query()
	common, err := ReadFilter(r)
	return ledger.IncidentFilter{
		Service: common.Service, Class: common.Class, Since: common.Since, Next: common.Next, Limit: common.Limit,
		State: ledger.IncidentState(q.Get("state")), Kind: ledger.IncidentKind(q.Get("kind")), Leak: q.Get("leak"),
	}, err
}

func (a *api) incident(r *http.Request) (any, error) {
	return a.Ledger.Incident(r.Context(), r.PathValue("id"))
}

func (a *api) closeIncident(r *http.Request) (any, error) {
	var body struct {
		Reason string `json:"reason"`
	}
	if err := readBody(r, &body, `{"reason": "a load test"}`); err != nil {
		return nil, err
	}
	if err := a.Ledger.CloseIncident(r.Context(), r.PathValue("id"), actor(r), body.Reason); err != nil {
		return nil, err
	}
	return a.incident(r)
}

func (a *api) containIncident(r *http.Request) (any, error) {
	const example = `{"for": "15m"}`
	var body struct {
		For string `json:"for"`
	}
	if err := readBody(r, &body, example); err != nil {
		return nil, err
	}
	d, err := time.ParseDuration(body.For)
	if err != nil {
		return nil, clientError{errors.New("for: must be a time: write " + example)}
	}
	if err := a.Ledger.ContainIncident(r.Context(), r.PathValue("id"), d, actor(r)); err != nil {
		return nil, err
	}
	return a.incident(r)
}

// releaseIncident needs no body.
func (a *api) releaseIncident(r *http.Request) (any, error) {
	if err := a.Ledger.ReleaseIncident(r.Context(), r.PathValue("id"), actor(r)); err != nil {
		return nil, err
	}
	return a.incident(r)
}

// readBody reads a request's JSON; example says how to write it.
func readBody(r *http.Request, into any, example string) error {
	if !isJSON(r) {
		return clientError{errors.New("the body must be JSON: send Content-Type: application/json")}
	}
	dec := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxBody))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil || dec.More() {
		return clientError{errors.New("the body can't be read: write " + example)}
	}
	return nil
}
