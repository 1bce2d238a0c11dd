package detect

import (
	"syscall"
	"testing"
	"time"

	"github.com/airtight-telemetry/airtight/internal/rule"
)

// clean are lines as servers write them, with nothing to find.
var clean = []string{
	"081109 203615 148 INFO dfs.DataNode$PacketResponder: PacketResponder 1 for block blk_38865049064139660 terminating",
	"level=info ts=2026-03-02T10:11:12.123Z caller=main.go:41 msg=\"request served\" method=GET path=/api/v1/items/7 status=200 duration=12ms",
	`{"level":"info","ts":1772446272.5,"msg":"order placed","order":4711,"items":3,"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}`,
	"Mar  2 10:11:12 web-1 sshd[4242]: Received disconnect from 192.0.2.7: 11: Bye Bye [preauth]",
	"2026-03-02 10:11:12.345 [worker-7] WARN  com.acme.shop.checkout.PaymentService - retrying in 250 ms (attempt 2 of 5)",
	"GET /assets/app-3f2a9c81.js HTTP/1.1 200 48213 \"-\" \"Mozilla/5.0 (X11; Linux x86_64)\"",
	"connection pool has 3 idle and 7 active of 10 connections, waited 113 us",
	"commit 5f2d9c4be1a07f38d6b2c49e0a1f7d83c5e6b902 by build 812 finished with 0 warnings",
}

// BenchmarkClean is the price of a line in which nothing is found, under every rule
// and under those of the packs that are on by default.
func BenchmarkClean(b *testing.B) {
	c, e := catalogue(b)
	byDefault := NewSet(e.Len())
	for i := range c.Rules {
		switch c.Rules[i].Class {
		case rule.Secret, rule.Payment, rule.Identity, rule.Contact:
			byDefault.Add(i)
		}
	}
	for name, want := range map[string]Set{"all": e.All(), "default": byDefault} {
		b.Run(name, func(b *testing.B) {
			var texts []Text
			size := 0
			for _, line := range clean {
				texts = append(texts, Text{Text: line, Want: want, MaxDepth: 32, MaxDecode: 3})
				size += len(line)
			}
			var found []Match
			b.SetBytes(int64(size))
			b.ReportAllocs()
			before := cpuTime(b)
			for b.Loop() {
				found = e.Scan(found[:0], texts)
			}
			b.ReportMetric(float64(cpuTime(b)-before)/float64(b.N), "cpu-ns/op")
		})
	}
}

// cpuTime is the CPU time of this process: on a machine that others work on too, the
// time on the clock says little.
func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
