package demo

import (
	"context"
	"net"
	"sync"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
)

// Capture is what an OTLP server was sent.
type Capture struct {
	// Items in the order of arrival. A resource stands once for each batch.
	Items []Item
	// Payloads hold everything that was sent, as protobuf, where a text is its own
	// bytes, and as JSON, where a number is written in digits.
	Payloads [][]byte
}

// Add appends what another capture holds.
func (c *Capture) Add(more Capture) {
	c.Items = append(c.Items, more.Items...)
	c.Payloads = append(c.Payloads, more.Payloads...)
}

// Records counts log records, spans and metrics: every item but the resources.
func (c *Capture) Records() int {
	n := 0
	for _, it := range c.Items {
		if !it.isResource() {
			n++
		}
	}
	return n
}

// Sink is an OTLP/gRPC server on loopback that keeps what it is sent until it is
// taken. It is safe for concurrent use.
type Sink struct {
	server   *grpc.Server
	listener net.Listener
	arrived  chan struct{} // holds one signal

	mu   sync.Mutex
	kept Capture
}

// Listen starts a sink on a free port of 127.0.0.1.
func Listen() (*Sink, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Sink{
		server:   grpc.NewServer(grpc.MaxRecvMsgSize(64 << 20)),
		listener: listener,
		arrived:  make(chan struct{}, 1),
	}
	plogotlp.RegisterGRPCServer(s.server, &logServer{sink: s})
	ptraceotlp.RegisterGRPCServer(s.server, &traceServer{sink: s})
	pmetricotlp.RegisterGRPCServer(s.server, &metricServer{sink: s})
	go func() { _ = s.server.Serve(listener) }() // ends with Close
	return s, nil
}

// Addr is where it listens, host:port.
func (s *Sink) Addr() string { return s.listener.Addr().String() }

// Close ends the server and its connections.
func (s *Sink) Close() { s.server.Stop() }

// Take waits until something has arrived and hands over everything since the
// last Take. It returns the context's error if that comes first.
func (s *Sink) Take(ctx context.Context) (Capture, error) {
	for {
		s.mu.Lock()
		taken := s.kept
		s.kept = Capture{}
		s.mu.Unlock()
		if len(taken.Items) > 0 {
			return taken, nil
		}
		select {
		case <-s.arrived:
		case <-ctx.Done():
			return Capture{}, ctx.Err()
		}
	}
}

// TakeRecords takes until it has that many records, or the context ends.
func (s *Sink) TakeRecords(ctx context.Context, records int) Capture {
	var all Capture
	for all.Records() < records {
		more, err := s.Take(ctx)
		if err != nil {
			break
		}
		all.Add(more)
	}
	return all
}

func (s *Sink) keep(c Capture) {
	s.mu.Lock()
	s.kept.Add(c)
	s.mu.Unlock()
	select {
	case s.arrived <- struct{}{}:
	default:
	}
}

type logServer struct {
	plogotlp.UnimplementedGRPCServer
	sink *Sink
}

func (l *logServer) Export(_ context.Context, r plogotlp.ExportRequest) (plogotlp.ExportResponse, error) {
	wire, err := (&plog.ProtoMarshaler{}).MarshalLogs(r.Logs())
	if err != nil {
		return plogotlp.NewExportResponse(), err
	}
	text, err := (&plog.JSONMarshaler{}).MarshalLogs(r.Logs())
	if err != nil {
		return plogotlp.NewExportResponse(), err
	}
	l.sink.keep(Capture{logItems(r.Logs()), [][]byte{wire, text}})
	return plogotlp.NewExportResponse(), nil
}

type traceServer struct {
	ptraceotlp.UnimplementedGRPCServer
	sink *Sink
}

func (t *traceServer) Export(_ context.Context, r ptraceotlp.ExportRequest) (ptraceotlp.ExportResponse, error) {
	wire, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(r.Traces())
	if err != nil {
		return ptraceotlp.NewExportResponse(), err
	}
	text, err := (&ptrace.JSONMarshaler{}).MarshalTraces(r.Traces())
	if err != nil {
		return ptraceotlp.NewExportResponse(), err
	}
	t.sink.keep(Capture{traceItems(r.Traces()), [][]byte{wire, text}})
	return ptraceotlp.NewExportResponse(), nil
}

type metricServer struct {
	pmetricotlp.UnimplementedGRPCServer
	sink *Sink
}

func (m *metricServer) Export(_ context.Context, r pmetricotlp.ExportRequest) (pmetricotlp.ExportResponse, error) {
	wire, err := (&pmetric.ProtoMarshaler{}).MarshalMetrics(r.Metrics())
	if err != nil {
		return pmetricotlp.NewExportResponse(), err
	}
	m.sink.keep(Capture{metricItems(r.Metrics()), [][]byte{wire}})
	return pmetricotlp.NewExportResponse(), nil
}
