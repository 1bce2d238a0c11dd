package main

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"go.opentelemetry.io/collector/pdata/plog"
)

// templates are log lines as servers write them; %d, %x and %s are filled in.
var templates = []string{
	"Received block blk_%d of size %d from /10.251.%d.%d",
	"PacketResponder %d for block blk_%d terminating after %d ms",
	"level=info ts=2026-03-02T10:11:12.%03dZ caller=main.go:%d msg=\"request served\" method=GET path=/api/v1/items/%d status=200 duration=%dms",
	"{\"level\":\"info\",\"ts\":%d.%d,\"msg\":\"order placed\",\"order\":%d,\"items\":%d}",
	"sshd[%d]: Received disconnect from 173.234.31.%d: 11: Bye Bye [preauth] after %d tries in %d s",
	"%d/%d tasks finished in stage %d (took %d ms)",
	"kernel: audit(1122475266.%d:%d): initialized, cpu%d online with %d kB",
	"GET /assets/app-%x.js HTTP/1.1 200 %d %d %d",
	"connection pool has %d idle and %d active of %d connections, waited %d us",
	"commit %x%08x by build %d finished with %d warnings",
}

// leaks are what one in so many records holds.
var leaks = []string{
	" user=joe.%d@example.org",
	" card=4111111111111111 ref=%d",
	" Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqb2Ui%dfQ.c2lnbmF0dXJlMTIzNDU2Nzg5MA",
	" password=Tr0ub4dor&%d",
}

// logs makes a batch of n records, of which leaky in a hundred hold something.
func logs(n, leaky int, seed uint64) plog.Logs {
	r := rand.New(rand.NewPCG(seed, 1))
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	rl.Resource().Attributes().PutStr("service.name", "checkout")
	rl.Resource().Attributes().PutStr("service.version", "1.4.2")
	rl.Resource().Attributes().PutStr("k8s.pod.name", "checkout-7c9d5b6f4-x2x7k")
	rl.Resource().Attributes().PutStr("k8s.namespace.name", "shop")
	sl := rl.ScopeLogs().AppendEmpty()
	sl.Scope().SetName("github.com/acme/shop/checkout")
	for range n {
		rec := sl.LogRecords().AppendEmpty()
		t := templates[r.IntN(len(templates))]
		args := make([]any, strings.Count(t, "%"))
		for i := range args {
			args[i] = r.IntN(100000)
		}
		body := fmt.Sprintf(t, args...)
		if r.IntN(100) < leaky {
			body += fmt.Sprintf(leaks[r.IntN(len(leaks))], r.IntN(1000))
		}
		rec.Body().SetStr(body)
		rec.SetSeverityText("INFO")
		rec.Attributes().PutStr("http.request.method", "GET")
		rec.Attributes().PutStr("http.route", "/api/v1/items/{id}")
		rec.Attributes().PutInt("http.response.status_code", 200)
		rec.Attributes().PutStr("thread.name", "worker-7")
	}
	return ld
}
