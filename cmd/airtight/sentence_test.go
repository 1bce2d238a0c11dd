package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Each fault is one line on standard error that names the file, the key and the
// cure, and none of the config's values, with status 2.
func TestConfigErrorsAreOneSentence(t *testing.T) {
	const secret = "hunter2-and-more"
	const gated = `
receivers: {otlp: {protocols: {grpc: {}}}}
processors: {airtight: {}}
exporters: {otlp_grpc: {endpoint: "localhost:1"}, debug: {}}
service: {pipelines: {logs: {receivers: [otlp], processors: [airtight], exporters: [otlp_grpc]}}}
`
	for _, c := range []struct {
		name, yaml string
		want       []string
	}{
		{"no YAML", "receivers: [" + secret + "\n b: c", []string{"not valid YAML", "line 1", "correct it"}},
		{"unknown key", strings.Replace(gated, "grpc: {}", "grpc: {endpont: "+secret+"}", 1), []string{"protocols.grpc", "endpont", "remove or correct it"}},
		{"unknown type", strings.Replace(gated, "debug: {}", "nosuch: {x: "+secret+"}", 1), []string{"exporters", "nosuch", "`airtight components`"}},
		{"wrong type", strings.Replace(gated, "grpc: {}", "grpc: {max_recv_msg_size_mib: "+secret+"}", 1), []string{"max_recv_msg_size_mib", "int"}},
		{"not a duration", strings.Replace(gated, `"localhost:1"`, `"localhost:1", timeout: `+secret, 1), []string{"otlp_grpc", "timeout"}},
		{"not configured", strings.Replace(gated, "processors: [airtight]", "processors: [airtigh]", 1), []string{"service::pipelines::logs", "airtigh", "configure it"}},
		{"open debug", strings.Replace(gated, "processors: [airtight], exporters: [otlp_grpc]", "exporters: [debug]", 1), []string{"service::pipelines::logs", `"debug"`, "add the processor airtight"}},
		{"own telemetry", strings.Replace(gated, "service: {", "service: {telemetry: {metrics: {readers: []}}, ", 1), []string{"service::telemetry", "metrics::readers", "name a reader"}},
		{"policy", strings.Replace(gated, "airtight: {}", "airtight: {on_error: "+secret+"}", 1), []string{"airtight", "on_error"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "config.yaml")
			if err := os.WriteFile(file, []byte(c.yaml), 0o600); err != nil {
				t.Fatal(err)
			}
			var stdout, stderr bytes.Buffer
			code := execute([]string{"validate", "--config", file}, nil, &stdout, &stderr)
			text := stderr.String()
			if code != exitError || stdout.Len() > 0 {
				t.Errorf("status %d, want %d, and nothing on standard output", code, exitError)
			}
			if strings.Contains(text, secret) {
				t.Fatal("a value of the config is in the error")
			}
			if strings.Count(text, "\n") != 1 || !strings.HasPrefix(text, "airtight: "+file+": ") {
				t.Errorf("not one line that names the file: %s", text)
			}
			for _, w := range c.want {
				if !strings.Contains(text, w) {
					t.Errorf("%q is missing in: %s", w, text)
				}
			}
		})
	}
}
