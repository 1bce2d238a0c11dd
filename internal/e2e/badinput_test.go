//go:build e2e && linux

package e2e

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

const (
	jsonType  = "application/json"
	protoType = "application/x-protobuf"
)

// answer is what a sender was told.
type answer struct {
	code  string // of HTTP or gRPC
	taken bool
	otlp  bool // an error is in the form OTLP gives it
	text  string
}

// hostile sends to the sidecar what no SDK does.
type hostile struct {
	t       *testing.T
	sidecar *collector
	conn    *grpc.ClientConn
	client  *http.Client
}

// post sends by OTLP/HTTP.
func (h *hostile) post(contentType, encoding string, body []byte) answer {
	h.t.Helper()
	req, err := http.NewRequest(http.MethodPost, "http://"+h.sidecar.http+"/v1/logs", bytes.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	if encoding != "" {
		req.Header.Set("Content-Encoding", encoding)
	}
	resp, err := h.client.Do(req)
	if err != nil {
		// A server that has answered need not read the rest.
		cut := errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
		return answer{code: "connection cut", otlp: cut, text: err.Error()}
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	a := answer{code: resp.Status, taken: resp.StatusCode == http.StatusOK, text: string(text)}
	// Who speaks neither JSON nor protobuf can't be answered in them.
	a.otlp = resp.StatusCode == http.StatusUnsupportedMediaType
	switch resp.Header.Get("Content-Type") {
	case jsonType:
		var s struct{ Message string }
		a.otlp = json.Unmarshal(text, &s) == nil && s.Message != ""
		a.text = s.Message
	case protoType:
		var s spb.Status
		a.otlp = proto.Unmarshal(text, &s) == nil && s.Message != ""
		a.text = s.Message
	}
	return a
}

// call sends by OTLP/gRPC, whatever the bytes are.
func (h *hostile) call(body []byte) answer {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), 30*time.Second)
	defer cancel()
	var reply []byte
	err := h.conn.Invoke(ctx, "/opentelemetry.proto.collector.logs.v1.LogsService/Export", body, &reply, grpc.ForceCodec(rawCodec{}))
	s := status.Convert(err)
	return answer{code: s.Code().String(), taken: err == nil, otlp: err != nil, text: s.Message()}
}

// rawCodec takes bytes for messages.
type rawCodec struct{}

func (rawCodec) Marshal(v any) ([]byte, error) { return v.([]byte), nil }
func (rawCodec) Unmarshal(data []byte, v any) error {
	*v.(*[]byte) = bytes.Clone(data)
	return nil
}
func (rawCodec) Name() string { return "proto" }

// encode is OTLP protobuf with one ordinary record before what edit adds.
func encode(t *testing.T, name string, edit func(plog.LogRecordSlice)) []byte {
	t.Helper()
	logs := (&loot{records: []record{{Body: "an ordinary neighbour"}}}).batch("in "+name, 0, 1)
	edit(logs.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords())
	body, err := plogotlp.NewExportRequestFromLogs(logs).MarshalProto()
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// withBody adds a record with that body.
func withBody(text string) func(plog.LogRecordSlice) {
	return func(records plog.LogRecordSlice) { records.AppendEmpty().Body().SetStr(text) }
}

// inJSON is OTLP JSON with one ordinary record before the one given.
func inJSON(name, record string) []byte {
	return []byte(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[` +
		`{"body":{"stringValue":"an ordinary neighbour"},"attributes":[{"key":"e2e.producer","value":{"stringValue":"in ` + name + `"}},{"key":"e2e.seq","value":{"intValue":"0"}}]},` +
		record + `]}]}]}`)
}

// TestBadInput sends what is cut, oversized, over-deep, malformed or merely strange.
// Each ends in an error that OTLP knows, or is taken and delivered; the process
// lives within the memory of its container, and ordinary records before, after and
// beside go through.
func TestBadInput(t *testing.T) {
	l := newLoot(random(t))
	s := newSearcher(l.canaries)
	card := l.canaries[0].value
	count := newTally()
	bodies := map[string]int{} // of records without a number
	tombstones := 0
	b := newBackend(t, func(lr plog.LogRecord) {
		if id := numberOf(lr); id != "" {
			count.deliver(id)
			return
		}
		text := lr.Body().AsString()
		tombstones += strings.Count(text, "[airtight: ")
		if len(text) < 200 {
			bodies[text]++
		}
	})
	c := newSidecar(t, b.grpc).start()
	conn, err := grpc.NewClient(c.grpc, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDefaultCallOptions(grpc.MaxCallSendMsgSize(64<<20)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	h := &hostile{t, c, conn, &http.Client{Timeout: 60 * time.Second}}

	const limit = 2 << 20 // of the shipped sidecar, on a body
	huge := strings.Repeat("x", 20<<20)
	pack := func(w func(io.Writer) io.WriteCloser, n int) []byte {
		var packed bytes.Buffer
		to := w(&packed)
		for zeros := make([]byte, 1<<20); n > 0; n -= len(zeros) {
			_, _ = to.Write(zeros)
		}
		_ = to.Close()
		return packed.Bytes()
	}
	gzipped := func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }
	zstandard := func(w io.Writer) io.WriteCloser {
		z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
		if err != nil {
			t.Fatal(err)
		}
		return z
	}
	whole := encode(t, "cut", withBody("card "+card))
	nested := func(depth int) string {
		return `{"body":` + strings.Repeat(`{"arrayValue":{"values":[`, depth) + `{"stringValue":"card ` + card + `"}` + strings.Repeat(`]}}`, depth) + `}`
	}
	deepProto := func(depth int) func(plog.LogRecordSlice) {
		return func(records plog.LogRecordSlice) {
			v := records.AppendEmpty().Body()
			for range depth {
				v = v.SetEmptySlice().AppendEmpty()
			}
			v.SetStr("card " + card)
		}
	}
	many := func(records plog.LogRecordSlice) {
		attributes := map[string]any{}
		for i := range limit/17 - 1000 {
			attributes[fmt.Sprintf("k%06d", i)] = "v"
		}
		if err := records.AppendEmpty().Attributes().FromRaw(attributes); err != nil {
			t.Fatal(err)
		}
	}
	// Empty records by hand: a tag and a length of nothing, two bytes each.
	empties := func(n int) []byte {
		tagged := func(field byte, content []byte) []byte {
			return append(binary.AppendUvarint([]byte{field<<3 | 2}, uint64(len(content))), content...)
		}
		return tagged(1, tagged(2, bytes.Repeat([]byte{2<<3 | 2, 0}, n)))
	}

	type row struct {
		name string
		want string // refused, taken, or either
		send func(name string) answer
	}
	viaHTTP := func(edit func(plog.LogRecordSlice)) func(string) answer {
		return func(name string) answer { return h.post(protoType, "", encode(t, name, edit)) }
	}
	viaGRPC := func(edit func(plog.LogRecordSlice)) func(string) answer {
		return func(name string) answer { return h.call(encode(t, name, edit)) }
	}
	viaJSON := func(record string) func(string) answer {
		return func(name string) answer { return h.post(jsonType, "", inJSON(name, record)) }
	}
	raw := func(contentType, encoding string, body []byte) func(string) answer {
		return func(string) answer { return h.post(contentType, encoding, body) }
	}
	rows := []row{
		{"gzip bomb, 1 GiB", "refused", raw(protoType, "gzip", pack(gzipped, 1<<30))},
		{"zstd bomb, 1 GiB", "refused", raw(protoType, "zstd", pack(zstandard, 1<<30))},
		{"snappy that claims 4 GiB", "refused", raw(protoType, "snappy", append(binary.AppendUvarint(nil, 1<<32-1), whole...))},
		{"gzip that is none", "refused", raw(protoType, "gzip", whole)},
		{"gzip bomb by JSON", "refused", raw(jsonType, "gzip", pack(gzipped, 1<<28))},
		{"20 MiB string", "refused", viaHTTP(withBody(huge))},
		{"20 MiB string by gRPC", "refused", viaGRPC(withBody(huge))},
		{"2 MB string with a card", "taken", viaHTTP(withBody(strings.Repeat("x ", limit/4) + "card " + card + strings.Repeat(" y", limit/4-200)))},
		{"740,000 deep JSON, 20 MB", "refused", viaJSON(nested(740_000))},
		{"70,000 deep JSON", "either", viaJSON(nested(70_000))},
		{"740,000 deep in an unknown field", "either", viaJSON(`{"x":` + strings.Repeat("[", 740_000) + strings.Repeat("]", 740_000) + `}`)},
		{"60 deep JSON", "taken", viaJSON(nested(60))},
		{"60 deep protobuf", "either", viaHTTP(deepProto(60))},
		{"60 deep by gRPC", "either", viaGRPC(deepProto(60))},
		{"100,000 deep protobuf", "refused", viaHTTP(deepProto(100_000))},
		{"120,000 attributes", "either", viaHTTP(many)},
		{"a million empty records", "either", func(string) answer { return h.post(protoType, "", empties(1_000_000)) }},
		{"a million empty records by gRPC", "either", func(string) answer { return h.call(empties(1_000_000)) }},
		{"key of 1 MB", "taken", viaHTTP(func(records plog.LogRecordSlice) {
			records.AppendEmpty().Attributes().PutStr(strings.Repeat("key ", 1<<18)+card, "v")
		})},
		{"text that masking makes longer", "taken", viaHTTP(withBody(strings.Repeat("bo@acme.example ", limit/16-200)))},
		{"invalid UTF-8", "taken", viaHTTP(withBody("broken \xff\xfe text"))},
		{"invalid UTF-8 by gRPC", "taken", viaGRPC(withBody("broken \xc3( text"))},
		{"NUL", "taken", viaHTTP(withBody("nul \x00 text"))},
		{"unknown fields", "taken", viaJSON(`{"body":{"stringValue":"unknown fields"},"colour":{"red":[1,2]},"shape":null}`)},
		{"unknown protobuf fields", "taken", func(name string) answer {
			return h.post(protoType, "", append(encode(t, name, withBody("unknown protobuf")), 0x9a, 0x06, 3, 'a', 'b', 'c'))
		}},
		{"duplicate keys", "taken", viaJSON(`{"body":{"stringValue":"duplicate keys"},"attributes":[{"key":"a","value":{"stringValue":"1"}},{"key":"a","value":{"stringValue":"2"}}]}`)},
		{"NaN", "taken", viaHTTP(func(records plog.LogRecordSlice) { records.AppendEmpty().Body().SetDouble(math.NaN()) })},
		{"lone surrogate", "either", viaJSON(`{"body":{"stringValue":"lone \ud800 surrogate"}}`)},
		{"integer as string", "taken", viaJSON(`{"body":{"stringValue":"integer as string"},"timeUnixNano":"1795561900000000000","severityNumber":9}`)},
		{"unknown severity", "either", viaJSON(`{"body":{"stringValue":"unknown severity"},"severityNumber":4711}`)},
		{"number for a string", "either", viaJSON(`{"body":{"stringValue":4711}}`)},
		{"list for an object", "refused", raw(jsonType, "", []byte(`{"resourceLogs":{"scopeLogs":[]}}`))},
		{"trace id that is none", "refused", viaJSON(`{"traceId":"xyz"}`)},
		{"broken JSON around a card", "refused", viaJSON(`{"body":{"stringValue":"card ` + card + `"},,}`)},
		{"card where a number belongs", "refused", viaJSON(`{"timeUnixNano":"card ` + card + `"}`)},
		{"no JSON", "refused", raw(jsonType, "", []byte("card "+card))},
		{"no protobuf", "refused", raw(protoType, "", bytes.Repeat([]byte{0xff}, 100))},
		{"no protobuf by gRPC", "refused", func(string) answer { return h.call(bytes.Repeat([]byte{0xff}, 100)) }},
		{"empty body", "taken", raw(protoType, "", nil)},
		{"another content type", "refused", raw("text/plain", "", whole)},
	}
	neighbours, client := 0, dial(t, c.grpc)
	neighbour := func() {
		t.Helper()
		logs := l.batch("neighbour", neighbours, neighbours+10)
		if !eventually(20*time.Second, func() bool {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			_, err := client.Export(ctx, plogotlp.NewExportRequestFromLogs(logs))
			return err == nil
		}) {
			t.Error("ordinary records are refused for 20 s")
			return
		}
		count.acknowledge("neighbour", neighbours, neighbours+10)
		neighbours += 10
	}
	highest, refused, taken := 0, 0, 0
	quoting := 0
	check := func(name, want string, a answer, peak int, took time.Duration) {
		said := a.text
		if len(s.in([]byte(said))) > 0 {
			// The receiver's JSON decoder tells the sender what it was sent.
			quoting++
			said = "(quotes the request)"
		}
		said = strings.Join(strings.Fields(said), " ")
		figure("bad input | %-34s | %-24s | %4d MiB | %5d ms | %.90s", name, a.code, peak, took.Milliseconds(), said)
		highest = max(highest, peak)
		switch {
		case !c.alive():
			t.Fatalf("%s: the sidecar is dead", name)
		case peak > c.memory:
			t.Errorf("%s: %d MiB were in use, the container has %d", name, peak, c.memory)
		}
		if a.taken {
			taken++
		} else {
			refused++
			if !a.otlp {
				t.Errorf("%s: the error is not in the form of OTLP", name)
			}
		}
		if want == "taken" && !a.taken || want == "refused" && a.taken {
			t.Errorf("%s: is answered %s, want it %s", name, a.code, want)
		}
	}
	neighbour()
	for _, r := range rows {
		c.resetPeak()
		began := time.Now()
		a := r.send(r.name)
		took := time.Since(began)
		// What a full memory makes wait is not hostile for that: it is told to come again.
		for range 2 {
			if a.taken || !strings.Contains(a.text, "high memory usage") {
				break
			}
			time.Sleep(time.Second)
			a = r.send(r.name)
		}
		if a.taken && a.code != "" && r.name != "empty body" && !strings.Contains(r.name, "empty records") {
			count.acknowledge("in "+r.name, 0, 1)
		}
		neighbour()
		check(r.name, r.want, a, c.peak(), took)
	}

	// A message cut at every byte: where the cut is between fields it is whole again.
	codes := map[string]int{}
	c.resetPeak()
	began := time.Now()
	for n := range whole {
		for _, a := range []answer{h.post(protoType, "", whole[:n]), h.call(whole[:n])} {
			codes[a.code]++
			if !a.taken && !a.otlp || len(s.in([]byte(a.text))) > 0 {
				t.Errorf("cut after %d bytes: the answer is not in the form of OTLP, or holds a planted value", n)
			}
		}
	}
	var summary []string
	for code, n := range codes {
		summary = append(summary, fmt.Sprintf("%d %s", n, code))
	}
	slices.Sort(summary)
	check("protobuf cut at every byte", "either", answer{code: "see right", taken: true, text: strings.Join(summary, ", ")}, c.peak(), time.Since(began))
	neighbour()

	if !eventually(60*time.Second, count.complete) {
		count.missing(t)
	}
	c.stop()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, want := range []string{"broken \ufffd\ufffd text", "broken \ufffd( text", "nul \x00 text", "unknown fields", "unknown protobuf", "duplicate keys", "integer as string"} {
		if bodies[want] == 0 && bodies[strings.Replace(want, "\ufffd\ufffd", "\ufffd", 1)] == 0 {
			t.Errorf("the record %q was not delivered", want)
		}
	}
	survivors := s.survivors(t, place{"backend", b.raw}, place{"log", c.logs()})
	acknowledged, _, lost, duplicates := count.count()
	figure("bad input: %d kinds refused, %d taken, %d tombstones; neighbours acknowledged %d lost %d duplicates %d; peak memory %d MiB of %d; planted survivors %d; answers that quote the sender's own request %d",
		refused, taken, tombstones, acknowledged, lost, duplicates, highest, c.memory, survivors, quoting)
}
