//go:build e2e && linux

package e2e

import (
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// backend takes OTLP logs, by gRPC at one address and by HTTP at another, and keeps
// what it took.
type backend struct {
	plogotlp.UnimplementedGRPCServer
	grpc, http string // host:port

	// refusal, where there is one, is what every request is answered, with a status
	// that asks for another try.
	refusal atomic.Pointer[string]

	mu     sync.Mutex
	raw    []byte               // all that came, whether taken or refused
	onEach func(plog.LogRecord) // called for each record taken, one at a time
}

func newBackend(t *testing.T, onEach func(plog.LogRecord)) *backend {
	t.Helper()
	b := &backend{onEach: onEach}
	forGRPC, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	forHTTP, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b.grpc, b.http = forGRPC.Addr().String(), forHTTP.Addr().String()
	g := grpc.NewServer(grpc.MaxRecvMsgSize(64 << 20))
	plogotlp.RegisterGRPCServer(g, b)
	h := &http.Server{Handler: b}
	go func() { _ = g.Serve(forGRPC) }()
	go func() { _ = h.Serve(forHTTP) }()
	t.Cleanup(func() {
		g.Stop()
		_ = h.Close()
	})
	return b
}

// logsURL takes logs by OTLP/HTTP.
func (b *backend) logsURL() string { return "http://" + b.http + "/v1/logs" }

func (b *backend) refuse(text string) { b.refusal.Store(&text) }
func (b *backend) accept()            { b.refusal.Store(nil) }

// received is a copy of all that came.
func (b *backend) received() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]byte(nil), b.raw...)
}

func (b *backend) Export(_ context.Context, req plogotlp.ExportRequest) (plogotlp.ExportResponse, error) {
	body, err := req.MarshalProto()
	if err != nil {
		return plogotlp.NewExportResponse(), err
	}
	if refusal, refused := b.take(req, body); refused {
		return plogotlp.NewExportResponse(), status.Error(codes.Unavailable, refusal)
	}
	return plogotlp.NewExportResponse(), nil
}

func (b *backend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		unzipped, err := gzip.NewReader(r.Body)
		if err != nil {
			http.Error(w, "no gzip", http.StatusBadRequest)
			return
		}
		body = unzipped
	}
	req := plogotlp.NewExportRequest()
	content, err := io.ReadAll(body)
	if err == nil {
		err = req.UnmarshalProto(content)
	}
	if err != nil {
		http.Error(w, "no OTLP", http.StatusBadRequest)
		return
	}
	if refusal, refused := b.take(req, content); refused {
		// An error as OTLP/HTTP has it, so that the exporter reads it.
		text, err := proto.Marshal(&spb.Status{Code: int32(codes.Unavailable), Message: refusal})
		if err != nil {
			http.Error(w, "no status", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", protoType)
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write(text)
	}
}

func (b *backend) take(req plogotlp.ExportRequest, body []byte) (refusal string, refused bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.raw = append(b.raw, body...)
	if r := b.refusal.Load(); r != nil {
		return *r, true
	}
	for _, rl := range req.Logs().ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, lr := range sl.LogRecords().All() {
				b.onEach(lr)
			}
		}
	}
	return "", false
}
