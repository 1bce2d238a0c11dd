package report

import (
	"encoding/json"
	"io"

	"github.com/airtight-telemetry/airtight/internal/rule"
)

// jsonFinding is a finding as it is written.
type jsonFinding struct {
	Path        string     `json:"path"`
	Line        int        `json:"line"`
	Field       string     `json:"field,omitempty"`
	Start       int        `json:"start"`
	End         int        `json:"end"`
	Rule        string     `json:"rule"`
	Class       rule.Class `json:"class"`
	Severity    string     `json:"severity"`
	Confidence  string     `json:"confidence"`
	Fingerprint string     `json:"fingerprint"`
}

// jsonLines writes one object a line.
type jsonLines struct{ enc *json.Encoder }

func newJSON(w io.Writer) Writer {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return jsonLines{enc}
}

func (j jsonLines) Write(f Finding) error {
	return j.enc.Encode(jsonFinding{
		f.Path, f.Line, f.Field, f.Start, f.End, f.Rule, f.Class, f.Severity, f.Confidence.String(), f.Fingerprint,
	})
}

func (j jsonLines) Close(Summary) error { return nil }
