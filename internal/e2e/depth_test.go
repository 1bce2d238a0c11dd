//go:build e2e && linux

package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestOneTooDeep sends a thousand records in one request of OTLP/HTTP JSON, of which
// one is nested 60 arrays deep. The JSON decoder takes any depth, a protobuf decoder
// refuses the whole request for it: no neighbour may pay.
func TestOneTooDeep(t *testing.T) {
	const (
		records = 1000
		deep    = 617 // its place among the neighbours
		depth   = 60
	)
	r := random(t)
	l := newLoot(r)
	hidden := l.canaries[0]
	s := newSearcher(l.canaries)
	db := newStore(t).start()
	gateway, _ := newGateway(t, db.logsURL())
	gateway.start()
	sidecar := newSidecar(t, gateway.grpc).start()

	text := func(seq int) string {
		return fmt.Sprintf("parcel %d of order %d-%c handed over at gate %d, %s", seq, r.IntN(9000), 'A'+rune(r.IntN(26)), seq%7, plain)
	}
	bodies := make([]string, records)
	now := time.Now().UnixNano()
	var lines []string
	for seq := range records {
		bodies[seq] = text(seq)
		body := `{"stringValue":` + quote(bodies[seq]) + `}`
		if seq == deep {
			body = strings.Repeat(`{"arrayValue":{"values":[`, depth) + `{"stringValue":` + quote("card "+hidden.value) + `}` + strings.Repeat(`]}}`, depth)
		}
		lines = append(lines, fmt.Sprintf(`{"timeUnixNano":"%d","severityText":"INFO","body":%s,"attributes":[
			{"key":"e2e.seq","value":{"intValue":"%d"}},{"key":"e2e.plain","value":{"stringValue":%s}}]}`, now+int64(seq), body, seq, quote(plain)))
	}
	request := `{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"checkout"}}]},
		"scopeLogs":[{"logRecords":[` + strings.Join(lines, ",") + `]}]}]}`
	resp, err := http.Post("http://"+sidecar.http+"/v1/logs", "application/json", strings.NewReader(request))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil || resp.StatusCode != http.StatusOK || strings.Contains(string(answer), "rejectedLogRecords") {
		t.Fatalf("the request is answered %s", resp.Status)
	}
	if !eventually(30*time.Second, func() bool { return db.count() >= records }) {
		t.Errorf("%d records are stored, %d were sent", db.count(), records)
	}
	sidecar.stop()
	gateway.stop()
	dump, rows := db.dump()

	same, tombstones := map[int]bool{}, 0
	for _, row := range rows {
		seq, err := strconv.Atoi(row["e2e.seq"])
		switch {
		case err != nil || seq < 0 || seq >= records:
			t.Error("a record has come without its number")
		case seq == deep:
			tombstones += strings.Count(row["_msg"], "[airtight: ")
		case row["_msg"] == bodies[seq] && row["e2e.plain"] == plain && row["severity_text"] == "INFO":
			same[seq] = true
		}
	}
	survivors := s.survivors(t, place{"store", dump}, place{"sidecar's log", sidecar.logs()}, place{"gateway's log", gateway.logs()})
	figure("too deep: sent %d, stored %d, as sent %d, with a tombstone %d, planted survivors %d", records, len(rows), len(same), tombstones, survivors)
	if len(rows) != records || len(same) != records-1 || tombstones != 1 {
		t.Errorf("want %d stored, %d as sent and 1 with a tombstone", records, records-1)
	}
}

func quote(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string can be written as JSON
	}
	return string(quoted)
}
