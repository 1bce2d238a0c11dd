//go:build e2e && linux

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
)

// refusal is what a backend says that quotes what no log should hold; the
// exporters log it.
func (l *loot) refusal(r *rand.Rand) string {
	password := l.plant("password in a backend's error", fmt.Sprintf("Kp%d-mvTq", 1000+r.IntN(9000)))
	return refused + "postgres://writer:" + password + "@db.acme.example/logs"
}

const refused = "cannot insert into "

// quoted fails the test if a collector does not log what the backend said: then it
// would prove nothing that no planted value is in it.
func quoted(t *testing.T, c *collector) {
	t.Helper()
	if !bytes.Contains(c.logs(), []byte(refused)) {
		t.Errorf("%s's log does not hold what the backend said", c.name)
	}
}

// TestKilledUnderLoad kills the sidecar and the gateway at random times under load,
// while the backend comes and goes. What was acknowledged must be delivered, once or
// more often.
func TestKilledUnderLoad(t *testing.T) {
	const lasts = 30 * time.Second
	r := random(t)
	l := newLoot(r)
	refusal := l.refusal(r)
	s := newSearcher(l.canaries)
	count := newTally()
	b := newBackend(t, func(lr plog.LogRecord) { count.deliver(numberOf(lr)) })
	gateway, _ := newGateway(t, b.logsURL())
	gateway.start()
	sidecar := newSidecar(t, gateway.grpc).start()
	sender := &load{loot: l, producer: "load", size: 20, pause: 10 * time.Millisecond, tally: count}
	sender.begin(t, sidecar.grpc)

	var schedule []string
	kills := map[string]int{}
	survivors, refusals := 0, 0
	for began := time.Now(); time.Since(began) < lasts; {
		time.Sleep(time.Duration(200+r.IntN(1500)) * time.Millisecond)
		at := time.Since(began).Round(10 * time.Millisecond)
		switch n := r.IntN(5); n {
		case 0, 1:
			schedule = append(schedule, fmt.Sprintf("%v backend refuses", at))
			b.refuse(refusal)
			refusals++
		case 2:
			schedule = append(schedule, fmt.Sprintf("%v backend takes", at))
			b.accept()
		default:
			c := []*collector{sidecar, gateway}[n-3]
			schedule = append(schedule, fmt.Sprintf("%v kill -9 %s", at, c.name))
			c.kill()
			kills[c.name]++
			survivors += s.survivors(t, folder(t, c.name+"'s queue", c.queue)...)
			c.start()
		}
	}
	sender.end()
	b.accept()
	if !eventually(60*time.Second, count.complete) {
		count.missing(t)
	}
	time.Sleep(2 * time.Second) // for what may come twice
	sidecar.stop()
	gateway.stop()
	places := []place{{"backend", b.received()}, {"sidecar's log", sidecar.logs()}, {"gateway's log", gateway.logs()}}
	places = append(places, folder(t, "sidecar's queue", sidecar.queue)...)
	places = append(places, folder(t, "gateway's queue", gateway.queue)...)
	survivors += s.survivors(t, places...)
	acknowledged, delivered, lost, duplicates := count.count()
	unanswered, _ := sender.refusals()
	if refusals > 0 {
		quoted(t, gateway)
	}
	figure("killed under load: %s", strings.Join(schedule, ", "))
	figure("killed under load: kill -9 of the sidecar %d, of the gateway %d, refusals of the backend begun %d; records acknowledged %d delivered %d lost %d duplicates %d; requests not acknowledged %d; planted survivors %d",
		kills["sidecar"], kills["gateway"], refusals, acknowledged, delivered, lost, duplicates, unanswered, survivors)
	if kills["sidecar"] == 0 || kills["gateway"] == 0 {
		t.Logf("the schedule of this seed kills only one of the two")
	}
}

// TestFullQueue fills the sidecar's queue while the backend refuses. A full queue
// asks the sender to wait; SIGTERM ends the process in good time, and what was
// acknowledged is delivered before or after.
func TestFullQueue(t *testing.T) {
	for _, c := range []struct {
		name    string
		refuses bool // the backend, still when SIGTERM comes
	}{
		{"backend back at SIGTERM", false},
		{"backend still refusing at SIGTERM", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := random(t)
			l := newLoot(r)
			refusal := l.refusal(r)
			s := newSearcher(l.canaries)
			count := newTally()
			b := newBackend(t, func(lr plog.LogRecord) { count.deliver(numberOf(lr)) })
			b.refuse(refusal)
			sidecar := newSidecar(t, b.grpc)
			const size = 2 << 20
			sidecar.set("exporters.otlp_grpc.sending_queue.queue_size", fmt.Sprint(size))
			sidecar.start()
			client := dial(t, sidecar.grpc)
			var full error
			for seq := 0; full == nil; seq += 100 {
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				_, full = client.Export(ctx, plogotlp.NewExportRequestFromLogs(l.batch("sender", seq, seq+100)))
				cancel()
				if full == nil {
					count.acknowledge("sender", seq, seq+100)
				}
				if seq > 200_000 {
					t.Fatal("the queue is never full")
				}
			}
			if !strings.Contains(full.Error(), "code = Unavailable") && !strings.Contains(full.Error(), "code = ResourceExhausted") {
				t.Errorf("a full queue is answered %q, which does not ask for another try", full)
			}
			if !c.refuses {
				b.accept()
			}
			took := sidecar.stop()
			_, before, _, _ := count.count()
			survivors := s.survivors(t, folder(t, "queue", sidecar.queue)...)
			b.accept()
			sidecar.start()
			quoted(t, sidecar)
			if !eventually(30*time.Second, count.complete) {
				count.missing(t)
			}
			sidecar.stop()
			survivors += s.survivors(t, place{"backend", b.received()}, place{"log", sidecar.logs()})
			acknowledged, delivered, lost, duplicates := count.count()
			figure("full queue, %s: acknowledged %d, then refused (%v); SIGTERM took %v, delivered by then %d, after the next start %d, lost %d duplicates %d planted survivors %d",
				c.name, acknowledged, full, took.Round(time.Millisecond), before, delivered, lost, duplicates, survivors)
		})
	}
}
