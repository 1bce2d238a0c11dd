package quiet

import (
	"io"
	"log"
	"reflect"
	"runtime/debug"

	"go.opentelemetry.io/otel"
	"google.golang.org/grpc/grpclog"
)

// Writer scrubs each Write by itself: whoever writes a line at a time, as the
// loggers do, is read a line at a time.
func Writer(w io.Writer) io.Writer { return writer{w} }

type writer struct{ inner io.Writer }

// Write reports all of p as written: what the caller gave is not what is written.
func (w writer) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.inner, Text(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Process makes the process itself quiet, before any config is read: the standard
// logger, gRPC's and OpenTelemetry's write scrubbed lines to w, a crash prints no
// stack, and nothing of the memory is left in a core file. It returns what could
// not be had, which a caller may go on without.
func Process(w io.Writer) error {
	out := Writer(w)
	log.SetOutput(out)
	grpclog.SetLoggerV2(grpclog.NewLoggerV2(io.Discard, io.Discard, out))
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Print(err) }))
	debug.SetTraceback("none")
	return noCore()
}

func packageOf(v any) string {
	t := reflect.TypeOf(v)
	if t == nil {
		return ""
	}
	return t.PkgPath()
}
