package report

import (
	"encoding/json"
	"io"
)

// jsonLines writes one object a line.
type jsonLines struct{ enc *json.Encoder }

func newJSON(w io.Writer) Writer {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return jsonLines{enc}
}

func (j jsonLines) Write(f Finding) error {
	return j.enc.Encode(struct {
		Finding
		Confidence string `json:"confidence"`
	}{f, f.Confidence.String()})
}

func (j jsonLines) Close(Summary) error { return nil }
