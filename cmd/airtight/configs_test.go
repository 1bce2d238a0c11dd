package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"

	"github.com/airtight-telemetry/airtight/internal/loopback"
)

// planted is what must not come out: the test number every card scheme publishes.
const planted = "4111 1111 1111 1111"

// process is a running airtight.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	stderr *output
	ended  chan error
}

// output is what a process wrote, which may be read while it writes.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

func config(name string) string { return filepath.Join("..", "..", "configs", name+".yaml") }

// start runs a shipped config under an environment of its own and waits until it is ready.
func start(t *testing.T, env map[string]string, configs ...string) *process {
	t.Helper()
	p := launch(t, env, configs...)
	deadline := time.After(30 * time.Second)
	for !strings.Contains(p.stderr.String(), "Everything is ready") {
		select {
		case err := <-p.ended:
			t.Fatalf("%v ended: %v", configs, err)
		case <-deadline:
			t.Fatalf("%v is not ready", configs)
		case <-time.After(10 * time.Millisecond):
		}
	}
	leaveNoCore(t, p.cmd.Process.Pid)
	return p
}

func launch(t *testing.T, env map[string]string, configs ...string) *process {
	t.Helper()
	args := []string{"run"}
	for _, c := range configs {
		args = append(args, "--config", config(c))
	}
	p := &process{t: t, cmd: exec.Command(os.Args[0], args...), stderr: &output{}, ended: make(chan error, 1)}
	p.cmd.Env = []string{asAirtight + "=1", "AIRTIGHT_LOG_LEVEL=debug", "AIRTIGHT_METRICS_PORT=0"}
	for k, v := range env {
		p.cmd.Env = append(p.cmd.Env, k+"="+v)
	}
	p.cmd.Stderr = p.stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.ended <- p.cmd.Wait() }()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		if t.Failed() && !strings.Contains(p.stderr.String(), planted) {
			t.Logf("%v:\n%s", configs, p.stderr)
		}
	})
	return p
}

// leaveNoCore checks that a crash would write no core file, where the system tells.
func leaveNoCore(t *testing.T, pid int) {
	t.Helper()
	limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", pid))
	if err == nil && !regexp.MustCompile(`Max core file size +0 +0 `).Match(limits) {
		t.Error("the process may leave a core file")
	}
}

// stop asks the process to end as an orchestrator would, and looks at its own log.
func (p *process) stop() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	select {
	case err := <-p.ended:
		if err != nil {
			p.t.Errorf("SIGTERM ended it with %v, want status 0", err)
		}
	case <-time.After(20 * time.Second):
		p.t.Fatal("SIGTERM did not end it")
	}
	if strings.Contains(p.stderr.String(), planted) {
		p.t.Error("the planted value is in the process's own log")
	}
}

// kill ends the process as a crash would.
func (p *process) kill() {
	p.t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		p.t.Fatal(err)
	}
	<-p.ended
}

func freeAddress(t *testing.T) string {
	t.Helper()
	address, err := loopback.Free()
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// backend takes OTLP logs by gRPC or HTTP and keeps their bodies.
type backend struct {
	plogotlp.UnimplementedGRPCServer
	mu     sync.Mutex
	bodies []string
	authz  string
}

func (b *backend) Export(ctx context.Context, r plogotlp.ExportRequest) (plogotlp.ExportResponse, error) {
	b.keep(r)
	if md, ok := metadata.FromIncomingContext(ctx); ok {
		b.mu.Lock()
		b.authz = strings.Join(md.Get("authorization"), ",")
		b.mu.Unlock()
	}
	return plogotlp.NewExportResponse(), nil
}

func (b *backend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	req := plogotlp.NewExportRequest()
	unzipped, err := gzip.NewReader(r.Body) // as the exporter sends by default
	if err == nil {
		var body []byte
		if body, err = io.ReadAll(unzipped); err == nil {
			err = req.UnmarshalProto(body)
		}
	}
	if err != nil {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	b.keep(req)
}

func (b *backend) keep(r plogotlp.ExportRequest) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, rl := range r.Logs().ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, lr := range sl.LogRecords().All() {
				b.bodies = append(b.bodies, lr.Body().AsString())
			}
		}
	}
}

// wait returns the bodies when there are n of them.
func (b *backend) wait(t *testing.T, n int) []string {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		b.mu.Lock()
		bodies := append([]string(nil), b.bodies...)
		b.mu.Unlock()
		if len(bodies) >= n {
			return bodies
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d records came, want %d", len(bodies), n)
		}
	}
}

func serveGRPC(t *testing.T, address string) *backend {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	b := &backend{}
	s := grpc.NewServer()
	plogotlp.RegisterGRPCServer(s, b)
	go func() { _ = s.Serve(l) }()
	t.Cleanup(s.Stop)
	return b
}

func serveHTTP(t *testing.T) (*backend, string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &backend{}
	s := &http.Server{Handler: b}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return b, "http://" + l.Addr().String()
}

func dial(t *testing.T, address string) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func records(n int) plogotlp.ExportRequest {
	logs := plog.NewLogs()
	scope := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty()
	for i := range n {
		scope.LogRecords().AppendEmpty().Body().SetStr(fmt.Sprintf("order %d paid with card %s", i, planted))
	}
	return plogotlp.NewExportRequestFromLogs(logs)
}

// checkMasked looks at what came out of `records`.
func checkMasked(t *testing.T, bodies []string) {
	t.Helper()
	masked := regexp.MustCompile(`^order \d+ paid with card \[redacted:[a-z0-9-]+\]$`)
	for _, b := range bodies {
		if strings.Contains(b, "1111") || !masked.MatchString(b) {
			t.Error("a record is not masked as it should be")
			return
		}
	}
}

// checkDirectory looks for the planted value in every file below a directory.
func checkDirectory(t *testing.T, dir string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte(planted)) {
			t.Errorf("the planted value is in %s", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if files == 0 {
		t.Errorf("nothing was written to %s", dir)
	}
}

func TestShippedConfigsAreValid(t *testing.T) {
	for _, configs := range [][]string{{"sidecar"}, {"gateway"}, {"gateway", "gateway-tls"}, {"files"}, {"kafka"}} {
		args := []string{"validate"}
		for _, c := range configs {
			args = append(args, "--config", config(c))
		}
		var stderr bytes.Buffer
		if code := execute(args, nil, io.Discard, &stderr); code != exitOK {
			t.Errorf("%v: %s", configs, &stderr)
		}
	}
}

func TestSidecar(t *testing.T) {
	t.Parallel()
	gateway, http := freeAddress(t), freeAddress(t)
	otlp, queue := freeAddress(t), filepath.Join(t.TempDir(), "queue")
	env := map[string]string{
		"AIRTIGHT_GATEWAY":          gateway,
		"AIRTIGHT_GATEWAY_INSECURE": "true",
		"AIRTIGHT_AUTHORIZATION":    "Bearer token",
		"AIRTIGHT_GRPC_ENDPOINT":    otlp,
		"AIRTIGHT_HTTP_ENDPOINT":    http,
		"AIRTIGHT_QUEUE_DIR":        queue,
	}
	// The gateway is down: what is acknowledged is on disk, masked, and outlives a kill -9.
	p := start(t, env, "sidecar")
	client := plogotlp.NewGRPCClient(dial(t, otlp))
	for range 20 {
		if _, err := client.Export(t.Context(), records(5)); err != nil {
			t.Fatal(err)
		}
	}
	p.kill()
	checkDirectory(t, queue)
	b := serveGRPC(t, gateway)
	p = start(t, env, "sidecar")
	checkMasked(t, b.wait(t, 100))
	b.mu.Lock()
	if b.authz != "Bearer token" {
		t.Error("the authorization header did not come")
	}
	b.mu.Unlock()
	p.stop()
}

func TestSidecarRefusesLargeBodies(t *testing.T) {
	t.Parallel()
	address := freeAddress(t)
	p := start(t, map[string]string{
		"AIRTIGHT_GATEWAY":          freeAddress(t),
		"AIRTIGHT_GATEWAY_INSECURE": "true",
		"AIRTIGHT_GRPC_ENDPOINT":    freeAddress(t),
		"AIRTIGHT_HTTP_ENDPOINT":    address,
		"AIRTIGHT_QUEUE_DIR":        t.TempDir(),
	}, "sidecar")
	body := strings.NewReader(`{"resourceLogs":[{"x":` + strings.Repeat("[", 10<<20) + strings.Repeat("]", 10<<20) + `}]}`)
	resp, err := http.Post("http://"+address+"/v1/logs", "application/json", body)
	if err == nil {
		if resp.StatusCode < 400 || resp.StatusCode > 499 {
			t.Errorf("a 20 MiB body is answered %s, want a client error", resp.Status)
		}
		resp.Body.Close()
	} else if !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) {
		t.Error(err)
	}
	p.stop()
}

func TestGateway(t *testing.T) {
	t.Parallel()
	b, url := serveHTTP(t)
	dir := t.TempDir()
	token, traces := filepath.Join(dir, "token"), filepath.Join(dir, "traces", "traces.jsonl")
	if err := os.WriteFile(token, []byte("first-token\nsecond-token\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	otlp, health := freeAddress(t), freeAddress(t)
	p := start(t, map[string]string{
		"AIRTIGHT_TOKEN_FILE":      token,
		"AIRTIGHT_LOGS_ENDPOINT":   url,
		"AIRTIGHT_TRACES_EXPORTER": "file/traces",
		"AIRTIGHT_TRACES_FILE":     traces,
		"AIRTIGHT_QUEUE_DIR":       filepath.Join(dir, "queue"),
		"AIRTIGHT_GRPC_ENDPOINT":   otlp,
		"AIRTIGHT_HTTP_ENDPOINT":   freeAddress(t),
		"AIRTIGHT_HEALTH_ENDPOINT": health,
	}, "gateway")
	conn := dial(t, otlp)
	if _, err := plogotlp.NewGRPCClient(conn).Export(t.Context(), records(1)); err == nil {
		t.Error("a sender without a token was let in")
	}
	ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer second-token")
	if _, err := plogotlp.NewGRPCClient(conn).Export(ctx, records(7)); err != nil {
		t.Fatal(err)
	}
	spans := ptrace.NewTraces()
	span := spans.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	span.SetTraceID(pcommon.TraceID{1})
	span.SetSpanID(pcommon.SpanID{1})
	span.SetName("charge " + planted)
	if _, err := ptraceotlp.NewGRPCClient(conn).Export(ctx, ptraceotlp.NewExportRequestFromTraces(spans)); err != nil {
		t.Fatal(err)
	}
	checkMasked(t, b.wait(t, 7))
	resp, err := http.Get("http://" + health + "/health")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("health is %s", resp.Status)
	}
	p.stop()
	written, err := os.ReadFile(traces)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(written, []byte(`"name":"charge [redacted:`)) || bytes.Contains(written, []byte(planted)) {
		t.Error("the span in the file is not masked as it should be")
	}
	checkDirectory(t, dir)
}

func TestFiles(t *testing.T) {
	t.Parallel()
	gateway := freeAddress(t)
	b := serveGRPC(t, gateway)
	dir, logs := t.TempDir(), t.TempDir()
	var lines strings.Builder
	for i := range 50 {
		fmt.Fprintf(&lines, "order %d paid with card %s\n", i, planted)
	}
	if err := os.WriteFile(filepath.Join(logs, "app.log"), []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, map[string]string{
		"AIRTIGHT_FILES":            filepath.Join(logs, "*.log"),
		"AIRTIGHT_CHECKPOINT_DIR":   filepath.Join(logs, "checkpoints"),
		"AIRTIGHT_GATEWAY":          gateway,
		"AIRTIGHT_GATEWAY_INSECURE": "true",
		"AIRTIGHT_QUEUE_DIR":        filepath.Join(dir, "queue"),
	}, "files")
	checkMasked(t, b.wait(t, 50))
	p.stop()
	checkDirectory(t, dir)
}

// A signal that comes before the Collector listens for one must end it as any other.
func TestSignalWhileStarting(t *testing.T) {
	t.Parallel()
	for range 3 {
		p := launch(t, map[string]string{"AIRTIGHT_BROKERS": freeAddress(t)}, "kafka")
		deadline := time.Now().Add(30 * time.Second)
		for p.stderr.String() == "" && time.Now().Before(deadline) {
			time.Sleep(time.Millisecond)
		}
		if err := p.cmd.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		p.stop()
	}
}

// Without a broker it must start, wait and end when told to.
func TestKafka(t *testing.T) {
	t.Parallel()
	p := start(t, map[string]string{"AIRTIGHT_BROKERS": freeAddress(t)}, "kafka")
	p.stop()
}
