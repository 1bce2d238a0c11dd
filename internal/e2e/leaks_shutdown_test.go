//go:build e2e && linux

package e2e

import (
	"fmt"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
)

// TestLeaksShutdown ends first the sidecar and then the gateway by SIGTERM, each right
// after it has acknowledged records that leak: far sooner than findings are handed on
// by themselves. All are in the ledger when it is opened again.
func TestLeaksShutdown(t *testing.T) {
	f := newFleet(t, "", func(plog.LogRecord) {})
	for _, c := range []*collector{f.gateway, f.sidecar} {
		c.overlay("yaml:receivers::airtight_findings::interval: 1h")
	}
	f.start()
	r := random(t)
	const each = 300
	send := func(client plogotlp.GRPCClient, service string) {
		ld := plog.NewLogs()
		rl := ld.ResourceLogs().AppendEmpty()
		rl.Resource().Attributes().PutStr("service.name", service)
		records := rl.ScopeLogs().AppendEmpty().LogRecords()
		for n := range each {
			lr := records.AppendEmpty()
			lr.SetSeverityText("INFO")
			lr.Body().SetStr("receipt mailed to " + chars(r, lower, 12) + "@acme.example")
			lr.Attributes().PutStr("code.file.path", "src/Mail.java")
			lr.Attributes().PutInt("code.line.number", int64(1+n%3))
		}
		if _, err := client.Export(f.authorized(), plogotlp.NewExportRequestFromLogs(ld)); err != nil {
			t.Fatal(err)
		}
	}
	send(dial(t, f.sidecar.grpc), "behind-the-sidecar")
	ended := f.sidecar.stop()
	time.Sleep(time.Second) // for the gateway to take what came last
	send(f.exporter(), "behind-the-gateway")
	ended2 := f.gateway.stop()

	f.gateway.start()
	counted := map[string]int64{}
	for _, k := range f.leaks() {
		counted[k.Service] += k.Count
	}
	figure("shutdown: sidecar ended in %v, gateway in %v; of %d leaks each in the ledger: %v",
		ended.Round(time.Millisecond), ended2.Round(time.Millisecond), each, fmt.Sprint(counted))
	for _, service := range []string{"behind-the-sidecar", "behind-the-gateway"} {
		if counted[service] != each {
			t.Errorf("%s: %d leaks, %d in the ledger", service, each, counted[service])
		}
	}
	f.gateway.stop()
}
