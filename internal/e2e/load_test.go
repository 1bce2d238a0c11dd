//go:build e2e && linux

package e2e

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// batch is numbered records that hold the planted values.
func (l *loot) batch(producer string, from, to int) plog.Logs {
	logs := plog.NewLogs()
	rl := logs.ResourceLogs().AppendEmpty()
	rl.Resource().Attributes().PutStr("service.name", "checkout")
	records := rl.ScopeLogs().AppendEmpty().LogRecords()
	records.EnsureCapacity(to - from)
	for seq := from; seq < to; seq++ {
		r := l.records[seq%len(l.records)]
		lr := records.AppendEmpty()
		lr.SetTimestamp(pcommon.NewTimestampFromTime(time.Now()))
		if text, ok := r.Body.(string); ok {
			lr.Body().SetStr(text)
		} else if err := lr.Body().SetEmptyMap().FromRaw(r.Body.(map[string]any)); err != nil {
			panic(err) // records hold what OTLP can say
		}
		if err := lr.Attributes().FromRaw(r.Attributes); err != nil {
			panic(err)
		}
		lr.Attributes().PutStr("e2e.producer", producer)
		lr.Attributes().PutInt("e2e.seq", int64(seq))
		lr.Attributes().PutStr("e2e.plain", plain)
	}
	return logs
}

// numberOf is the number that batch gave a record, empty for another's record.
func numberOf(lr plog.LogRecord) string {
	producer, ok := lr.Attributes().Get("e2e.producer")
	if !ok {
		return ""
	}
	seq, _ := lr.Attributes().Get("e2e.seq")
	return number(producer.Str(), int(seq.Int()))
}

// dial connects by gRPC, and again after the other side was away.
func dial(t *testing.T, address string) plogotlp.GRPCClient {
	t.Helper()
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithConnectParams(grpc.ConnectParams{MinConnectTimeout: time.Second}),
		grpc.WithDefaultCallOptions(grpc.MaxCallSendMsgSize(64<<20)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return plogotlp.NewGRPCClient(conn)
}

// load is a sender that tries each batch until it is acknowledged.
type load struct {
	loot     *loot
	producer string
	size     int           // records in a batch
	pause    time.Duration // between batches
	tally    *tally

	refused  map[string]int // requests, by what they were answered
	batches  []sending      // in the order of their numbers
	stop     context.CancelFunc
	finished sync.WaitGroup
}

// sending is when a batch was sent first, and when the sender was done with it.
type sending struct{ sent, done time.Time }

// begin sends until end is called.
func (l *load) begin(t *testing.T, address string) {
	client := dial(t, address)
	ctx, stop := context.WithCancel(context.Background())
	l.stop, l.refused = stop, map[string]int{}
	l.finished.Go(func() {
		for from := 0; ctx.Err() == nil; from += l.size {
			logs := l.loot.batch(l.producer, from, from+l.size)
			sent := time.Now()
			for {
				// What is under way when the load ends is waited for.
				request, cancel := context.WithTimeout(context.Background(), 5*time.Second)
				_, err := client.Export(request, plogotlp.NewExportRequestFromLogs(logs))
				cancel()
				if err == nil {
					l.tally.acknowledge(l.producer, from, from+l.size)
					break
				}
				l.refused[err.Error()]++
				if ctx.Err() != nil {
					break
				}
				time.Sleep(50 * time.Millisecond)
			}
			l.batches = append(l.batches, sending{sent, time.Now()})
			time.Sleep(l.pause)
		}
	})
	t.Cleanup(l.end)
}

// refusals is how many requests were not acknowledged, and why.
func (l *load) refusals() (n int, why []string) {
	for text, m := range l.refused {
		n += m
		why = append(why, text)
	}
	slices.Sort(why)
	return n, why
}

// end returns when the sender has stopped; then its fields may be read.
func (l *load) end() {
	l.stop()
	l.finished.Wait()
}
