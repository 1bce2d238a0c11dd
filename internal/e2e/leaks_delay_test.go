//go:build e2e && linux

package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
)

const (
	timedCalls       = 400 // export calls that are timed
	recordsOfCall    = 100 // of which one leaks
	findingsInterval = "yaml:receivers::airtight_findings::interval: 100ms"
)

// timed is how long export calls took.
type timed []time.Duration

func (d timed) at(quantile float64) time.Duration {
	return d[min(len(d)-1, int(quantile*float64(len(d))))].Round(10 * time.Microsecond)
}

func (d timed) String() string {
	return fmt.Sprintf("p50 %v p99 %v max %v", d.at(0.5), d.at(0.99), d.at(1))
}

// timeCalls sends batches of which one record in a hundred leaks, a new value each, and
// returns how long each call took. No call may fail.
func timeCalls(t *testing.T, ctx context.Context, client plogotlp.GRPCClient, r *rand.Rand) timed {
	t.Helper()
	var took timed
	for range timedCalls {
		ld := plog.NewLogs()
		rl := ld.ResourceLogs().AppendEmpty()
		rl.Resource().Attributes().PutStr("service.name", "checkout")
		rl.Resource().Attributes().PutStr("service.version", oldVersion)
		records := rl.ScopeLogs().AppendEmpty().LogRecords()
		for n := range recordsOfCall {
			lr := records.AppendEmpty()
			lr.SetTimestamp(pcommon.NewTimestampFromTime(time.Now()))
			lr.SetSeverityText("INFO")
			lr.Body().SetStr("order accepted, 3 items, leaves today by road")
			if n == recordsOfCall/2 {
				lr.Body().SetStr("receipt mailed to " + chars(r, lower, 12) + "@acme.example")
			}
			lr.Attributes().PutStr("code.file.path", "src/checkout/Mail.java")
			lr.Attributes().PutStr("order.way", "road")
		}
		request, cancel := context.WithTimeout(ctx, 10*time.Second)
		began := time.Now()
		_, err := client.Export(request, plogotlp.NewExportRequestFromLogs(ld))
		took = append(took, time.Since(began))
		cancel()
		if err != nil {
			t.Fatalf("an export call failed: %v", err)
		}
	}
	slices.Sort(took)
	return took
}

// notDelayed holds the times with a ledger in trouble against those without one. The
// bound is far above noise, and far below what waiting for the ledger would take.
func notDelayed(t *testing.T, what string, took, without timed) {
	t.Helper()
	if limit := 4*without.at(0.99) + 100*time.Millisecond; took.at(0.99) > limit || took.at(0.5) > 2*without.at(0.5)+10*time.Millisecond {
		t.Errorf("%s: %v; without a ledger: %v", what, took, without)
	}
}

// TestLeaksNeverDelay times export calls to a gateway whose ledger is well, stopped or
// full, beside one without a ledger, and to a sidecar whose gateway is away. What the
// ledger could not take is counted, and what it can take later arrives.
func TestLeaksNeverDelay(t *testing.T) {
	r := random(t)
	through := func(f *fleet) timed { return timeCalls(t, f.authorized(), f.exporter(), r) }
	bare := func() timed {
		b := newBackend(t, func(plog.LogRecord) {})
		f := &fleet{t: t, backend: b}
		f.gateway, _ = newGateway(t, b.logsURL())
		f.gateway.start()
		defer f.gateway.stop()
		return through(f)
	}
	ledgered := func(postgresURL string) *fleet {
		f := newFleet(t, postgresURL, func(plog.LogRecord) {})
		f.gateway.overlay(findingsInterval)
		return f
	}
	arrives := func(what string, f *fleet, dropped func() int) {
		t.Helper()
		if !eventually(60*time.Second, func() bool { return f.recorded()+dropped() >= timedCalls }) || f.recorded()+dropped() != timedCalls {
			t.Errorf("%s: %d leaks, of which %d are in the ledger and %d dropped and counted", what, timedCalls, f.recorded(), dropped())
		}
	}
	none := func() int { return 0 }

	without := bare()
	figure("delay: export calls of %d records, 1 %% leak, gateway without a ledger: %v", recordsOfCall, without)

	t.Run("SQLite", func(t *testing.T) {
		f := ledgered("")
		f.gateway.start()
		took := through(f)
		arrives("SQLite", f, none)
		notDelayed(t, "SQLite", took, without)
		figure("delay: ledger in SQLite: %v; recorded %d of %d", took, f.recorded(), timedCalls)
		f.gateway.stop()
	})
	t.Run("full disk", func(t *testing.T) {
		disk, fill, free := smallDisk(t)
		f := ledgered("")
		f.gateway.env["AIRTIGHT_LEDGER_PATH"] = filepath.Join(disk, "ledger.db")
		f.gateway.start()
		fill()
		took := through(f)
		time.Sleep(time.Second)
		before := f.recorded()
		notDelayed(t, "a full disk", took, without)
		free()
		arrives("a full disk", f, none)
		figure("delay: ledger in SQLite on a full disk: %v; recorded %d of %d while full, %d when there was room again", took, before, timedCalls, f.recorded())
		f.gateway.stop()
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		p := newPostgres(t)
		f := ledgered(p.url)
		f.gateway.start()
		took := through(f)
		arrives("PostgreSQL", f, none)
		notDelayed(t, "PostgreSQL", took, without)
		figure("delay: ledger in PostgreSQL: %v; recorded %d of %d", took, f.recorded(), timedCalls)
		f.gateway.stop()
	})
	t.Run("PostgreSQL stopped", func(t *testing.T) {
		p := newPostgres(t)
		f := ledgered(p.url)
		f.gateway.set("exporters.airtight_ledger.sending_queue.queue_size", "1")
		f.gateway.start()
		if !eventually(20*time.Second, func() bool { status, _ := request(t, "GET", f.api+"/healthz", "", ""); return status == 200 }) {
			t.Fatal("the ledger is not well")
		}
		p.signal(syscall.SIGSTOP)
		took := through(f)
		time.Sleep(time.Second)
		before := f.recorded()
		dropped := func() int { return f.gateway.metric("otelcol_exporter_airtight_ledger_dropped", "") }
		notDelayed(t, "PostgreSQL stopped", took, without)
		p.signal(syscall.SIGCONT)
		arrives("PostgreSQL stopped", f, dropped)
		figure("delay: ledger in a stopped PostgreSQL, with a queue of 1: %v; recorded %d of %d while stopped, %d when it ran again, %d dropped and counted",
			took, before, timedCalls, f.recorded(), dropped())
		if dropped() == 0 {
			t.Error("nothing was dropped: the queue was not full, and nothing is proved of it")
		}
		f.gateway.stop()
	})
	t.Run("gateway away", func(t *testing.T) {
		var all []timed
		for _, findings := range []bool{false, true} {
			c := newSidecar(t, freeAddress(t))
			if findings {
				c.shipFindings()
				c.overlay(findingsInterval)
			}
			c.start()
			all = append(all, timeCalls(t, t.Context(), dial(t, c.grpc), r))
			c.kill() // its queue never empties
		}
		notDelayed(t, "a gateway that is away", all[1], all[0])
		figure("delay: sidecar whose gateway is away: without findings %v; with findings %v", all[0], all[1])
	})
	figure("delay: gateway without a ledger, once more: %v", bare())
}

// smallDisk is a file system of a megabyte, with what fills it and what makes room.
func smallDisk(t *testing.T) (dir string, fill, free func()) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("a small file system can't be mounted: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	filler := filepath.Join(dir, "filler")
	fill = func() {
		t.Helper()
		f, err := os.Create(filler)
		if err == nil {
			_, err = io.Copy(f, zeros{})
			err = errors.Join(err, f.Close())
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("the disk is not full: %v", err)
		}
	}
	return dir, fill, func() { _ = os.Remove(filler) }
}

// zeros never end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
