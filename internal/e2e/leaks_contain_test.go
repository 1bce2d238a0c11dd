//go:build e2e && linux

package e2e

import (
	"context"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
)

// seen is a record as the backend got it.
type seen struct {
	body, way string
	at        time.Time
}

const (
	containOver  = 20
	containFor   = 3 * time.Second
	containedAs  = "[redacted:contained]"
	otherRecords = 1_000_000 // numbers of the records of the source that leaks nothing
	ordinary     = "parcel 17-B handed over to ann by road"
)

// TestLeaksContain leaks from one of two sources until the policy contains it, and goes
// on without leaks until that ends by itself. Numbers stay in a contained record, so
// that each is known again.
func TestLeaksContain(t *testing.T) {
	var mu sync.Mutex
	arrived := map[int]seen{}
	b := newBackend(t, func(lr plog.LogRecord) {
		seq, ok := lr.Attributes().Get("e2e.seq")
		if !ok {
			return
		}
		way, _ := lr.Attributes().Get("order.way")
		mu.Lock()
		defer mu.Unlock()
		arrived[int(seq.Int())] = seen{lr.Body().AsString(), way.AsString(), time.Now()}
	})
	c := newSidecar(t, b.grpc)
	c.set("processors.airtight.contain", "{over: 20, within: 1m, for: 3s}")
	c.set("exporters.otlp_grpc.sending_queue.batch.flush_timeout", "10ms")
	c.start()
	client, r := dial(t, c.grpc), random(t)

	const each = 10 // records of a source in a request, of which one may leak
	sent := map[int]time.Time{}
	requests, leaks, overAt := 0, 0, 0
	send := func(leak bool) {
		ld := plog.NewLogs()
		for i, service := range []string{"checkout", "login"} {
			rl := ld.ResourceLogs().AppendEmpty()
			rl.Resource().Attributes().PutStr("service.name", service)
			records := rl.ScopeLogs().AppendEmpty().LogRecords()
			for n := range each {
				seq := i*otherRecords + requests*each + n
				lr := records.AppendEmpty()
				lr.Body().SetStr(ordinary)
				if leak && i == 0 && n == each/2 {
					lr.Body().SetStr("receipt mailed to " + chars(r, lower, 12) + "@acme.example")
					if leaks++; leaks == containOver+1 {
						overAt = seq
					}
				}
				lr.Attributes().PutInt("e2e.seq", int64(seq))
				lr.Attributes().PutStr("order.way", "by road and rail")
				sent[seq] = time.Now()
			}
		}
		request, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if _, err := client.Export(request, plogotlp.NewExportRequestFromLogs(ld)); err != nil {
			t.Fatal(err)
		}
		requests++
		time.Sleep(5 * time.Millisecond)
	}
	for leaks <= containOver {
		send(true)
	}
	for began := time.Now(); time.Since(began) < containFor+2*time.Second; {
		send(false)
	}
	if !eventually(20*time.Second, func() bool { mu.Lock(); defer mu.Unlock(); return len(arrived) >= len(sent) }) {
		t.Errorf("%d of %d records have arrived", len(arrived), len(sent))
	}
	c.stop()

	first, last, contained, touched, back := -1, -1, 0, 0, 0
	for seq := range requests * each {
		is := arrived[seq].way == containedAs
		if is {
			contained++
			if last = seq; first < 0 {
				first = seq
			}
		}
		if !is && first >= 0 {
			back++
		}
	}
	for seq := range requests * each {
		if other := arrived[otherRecords+seq]; other.body != ordinary || other.way != "by road and rail" {
			touched++
		}
	}
	if contained == 0 {
		t.Fatal("nothing was contained")
	}
	for seq := first; seq <= last; seq++ {
		if arrived[seq].way != containedAs {
			t.Fatalf("record %d is not contained, and others before and after it are", seq)
		}
	}
	lasted := sent[last].Sub(sent[overAt])
	figure("containment: over %d findings: the first contained record is of the request with the leak that is over the limit (%.1f ms after it), and was at the backend %.1f ms after that leak was sent; %d records contained in %.2f s of %v, %d after that as they were; other source: %d of %d records touched",
		containOver, max(0, ms(sent[first].Sub(sent[overAt]))), ms(arrived[first].at.Sub(sent[overAt])), contained, lasted.Seconds(), containFor, back, touched, requests*each)
	if touched > 0 {
		t.Error("another source was touched")
	}
	if first < overAt-each {
		t.Errorf("record %d is contained, and the limit was passed by %d", first, overAt)
	}
	if lasted < containFor-500*time.Millisecond || lasted > containFor+500*time.Millisecond || back == 0 {
		t.Errorf("it lasted %v, want %v; %d records came after it", lasted, containFor, back)
	}
	if ordered := c.logs(); len(ordered) > 0 && !c.out.has("contained") {
		t.Error("its log does not say that a source was contained")
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
