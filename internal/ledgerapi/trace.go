package ledgerapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/ledger"
)

// question is the body of a request for a trace. It holds no value: who asks makes
// the fingerprints, and the key stays with them.
type question struct {
	Fingerprints []string `json:"fingerprints"`
}

// trace answers where values were seen. It is a POST so that no fingerprint stands in
// a URL, which proxies log, and changes nothing.
func (a *api) trace(r *http.Request) (any, error) {
	if !isJSON(r) {
		return nil, clientError{errors.New("the body must be JSON: send Content-Type: application/json")}
	}
	dec := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxBody))
	dec.DisallowUnknownFields()
	var q question
	if err := dec.Decode(&q); err != nil || dec.More() {
		return nil, clientError{errors.New(`the body can't be read: write {"fingerprints": ["k1:aaaaaaaaaaaaaaaa"]}`)}
	}
	if len(q.Fingerprints) == 0 || len(q.Fingerprints) > ledger.MaxTraced {
		return nil, clientError{fmt.Errorf("fingerprints: name 1 to %d of them", ledger.MaxTraced)}
	}
	for i, f := range q.Fingerprints {
		if !finding.IsFingerprint(f) {
			return nil, clientError{fmt.Errorf("fingerprints[%d]: is none: a key's id, a colon and 16 of a-z and 2-7; never send a value", i)}
		}
	}
	return a.Ledger.Trace(r.Context(), q.Fingerprints)
}
