//go:build e2e && linux

package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// store is a VictoriaLogs that may live several times on the same data.
type store struct {
	*process
	t       *testing.T
	address string
	dir     string
}

func newStore(t *testing.T) *store {
	t.Helper()
	return &store{t: t, address: freeAddress(t), dir: filepath.Join(t.TempDir(), "victoria-logs")}
}

func (s *store) start() *store {
	s.t.Helper()
	s.process = start(s.t, "VictoriaLogs", nil, installed(victoriaLogs),
		"-storageDataPath="+s.dir, "-httpListenAddr="+s.address, "-memory.allowedPercent=10")
	if !eventually(30*time.Second, func() bool {
		resp, err := http.Get("http://" + s.address + "/health")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	}) {
		s.t.Fatal("VictoriaLogs does not answer")
	}
	return s
}

// logsURL takes logs by OTLP/HTTP.
func (s *store) logsURL() string { return "http://" + s.address + "/insert/opentelemetry/v1/logs" }

// query returns what LogsQL finds, one JSON object a line.
func (s *store) query(q string) []byte {
	s.t.Helper()
	resp, err := http.Post("http://"+s.address+"/select/logsql/query", "application/x-www-form-urlencoded",
		strings.NewReader(url.Values{"query": {q}}.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	out, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		s.t.Fatalf("VictoriaLogs answers %s to the query %s (%v)", resp.Status, q, err)
	}
	return out
}

// count is how many records it has.
func (s *store) count() int {
	s.t.Helper()
	var row struct {
		N json.Number `json:"n"`
	}
	if err := json.Unmarshal(s.query("* | count() n"), &row); err != nil {
		s.t.Fatal(err)
	}
	n, err := row.N.Int64()
	if err != nil {
		s.t.Fatal(err)
	}
	return int(n)
}

// dump is every record with all of its fields.
func (s *store) dump() (raw []byte, rows []map[string]string) {
	s.t.Helper()
	// VictoriaLogs counts new records for up to a second before it returns them.
	want := s.count()
	if !eventually(10*time.Second, func() bool {
		raw = s.query("*")
		return bytes.Count(raw, []byte("\n")) >= want
	}) {
		s.t.Errorf("VictoriaLogs counts %d records and does not return them all", want)
	}
	for line := range bytes.Lines(raw) {
		var row map[string]string
		if err := json.Unmarshal(line, &row); err != nil {
			s.t.Fatal("VictoriaLogs returned a record that is no object of strings")
		}
		rows = append(rows, row)
	}
	return raw, rows
}
