//go:build e2e && linux

package e2e

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// token opens the gateway.
const token = "e2e-sender"

// collector is airtight under a shipped config. It may live several times, with the
// same environment, ports and queue.
type collector struct {
	*process // the present life
	t        *testing.T
	name     string
	args     []string
	env      map[string]string
	said     []*output // in every life

	grpc, http, metrics string // host:port
	queue               string // folder
	memory              int    // of its container, MiB
}

func newCollector(t *testing.T, name string, configs ...string) *collector {
	t.Helper()
	c := &collector{
		t: t, name: name, args: []string{"run"},
		grpc: freeAddress(t), http: freeAddress(t), metrics: freeAddress(t),
		queue: filepath.Join(t.TempDir(), "queue"),
	}
	for _, config := range configs {
		c.args = append(c.args, "--config", filepath.Join(root, "configs", config))
	}
	host, port, _ := strings.Cut(c.metrics, ":")
	c.env = map[string]string{
		"AIRTIGHT_GRPC_ENDPOINT": c.grpc,
		"AIRTIGHT_HTTP_ENDPOINT": c.http,
		"AIRTIGHT_METRICS_HOST":  host,
		"AIRTIGHT_METRICS_PORT":  port,
		"AIRTIGHT_QUEUE_DIR":     c.queue,
		"AIRTIGHT_LOG_LEVEL":     "debug",
	}
	return c
}

// memoryOf gives a collector the memory of its container in deploy/manifests: the
// garbage collector is told 80 % of it.
func (c *collector) memoryOf(manifest string) {
	c.t.Helper()
	content, err := os.ReadFile(filepath.Join(root, "deploy", "manifests", manifest))
	if err != nil {
		c.t.Fatal(err)
	}
	m := regexp.MustCompile(`GOMEMLIMIT, value: (\d+)MiB`).FindSubmatch(content)
	if m == nil {
		c.t.Fatalf("%s sets no GOMEMLIMIT", manifest)
	}
	limit, err := strconv.Atoi(string(m[1]))
	if err != nil {
		c.t.Fatal(err)
	}
	c.env["GOMEMLIMIT"] = fmt.Sprintf("%dMiB", limit)
	c.memory = limit * 10 / 8
}

// newSidecar sends to a gateway, or to whatever takes OTLP/gRPC there.
func newSidecar(t *testing.T, to string) *collector {
	t.Helper()
	c := newCollector(t, "sidecar", "sidecar.yaml")
	c.memoryOf("sidecar.yaml")
	c.env["AIRTIGHT_GATEWAY"] = to
	c.env["AIRTIGHT_GATEWAY_INSECURE"] = "true"
	c.env["AIRTIGHT_AUTHORIZATION"] = "Bearer " + token
	return c
}

// newGateway sends logs to a URL and writes traces to a file.
func newGateway(t *testing.T, logs string) (c *collector, traces string) {
	t.Helper()
	return newGatewayFrom(t, "gateway.yaml", logs)
}

// newGatewayFrom is newGateway with another of the gateway's configs.
func newGatewayFrom(t *testing.T, config, logs string) (c *collector, traces string) {
	t.Helper()
	c = newCollector(t, "gateway", config)
	c.memoryOf("gateway.yaml")
	dir := t.TempDir()
	traces = filepath.Join(dir, "traces", "traces.jsonl")
	c.env["AIRTIGHT_TOKEN_FILE"] = filepath.Join(dir, "token")
	c.env["AIRTIGHT_LOGS_ENDPOINT"] = logs
	c.env["AIRTIGHT_TRACES_EXPORTER"] = "file/traces"
	c.env["AIRTIGHT_TRACES_FILE"] = traces
	c.env["AIRTIGHT_HEALTH_ENDPOINT"] = freeAddress(t)
	if err := os.WriteFile(c.env["AIRTIGHT_TOKEN_FILE"], []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return c, traces
}

// set lays a value over the config, as --set does.
func (c *collector) set(key, value string) { c.args = append(c.args, "--set="+key+"="+value) }

// begin begins a life without waiting for anything.
func (c *collector) begin() {
	c.t.Helper()
	var env []string
	for _, k := range slices.Sorted(maps.Keys(c.env)) {
		env = append(env, k+"="+c.env[k])
	}
	c.process = start(c.t, c.name, env, airtight, c.args...)
	c.said = append(c.said, c.process.out)
}

// start begins a life and waits until it takes telemetry.
func (c *collector) start() *collector {
	c.t.Helper()
	c.begin()
	c.until("Everything is ready", 60*time.Second)
	time.Sleep(100 * time.Millisecond) // it begins to listen for signals only after it has said so
	return c
}

// stop ends a life as an orchestrator would, and expects a good end.
func (c *collector) stop() time.Duration {
	c.t.Helper()
	status, took := c.terminate(60 * time.Second)
	if status != 0 {
		c.t.Errorf("%s: SIGTERM ended it with status %d, want 0", c.name, status)
	}
	return took
}

// logs is what it wrote in all its lives.
func (c *collector) logs() []byte {
	var all [][]byte
	for _, o := range c.said {
		all = append(all, o.Bytes())
	}
	return bytes.Join(all, nil)
}

var sample = regexp.MustCompile(`^([a-zA-Z_:]+)(?:\{(.*)\})? (\S+)`)

// page is its Prometheus page, nil while it does not answer.
func (c *collector) page() []byte {
	resp, err := http.Get("http://" + c.metrics + "/metrics")
	if err != nil {
		return nil
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		return nil
	}
	return page
}

// metric is the sum over the series of that name which have the label, such as
// `outcome="rejected"`.
func (c *collector) metric(name, label string) int {
	sum := 0.0
	for lines := bufio.NewScanner(bytes.NewReader(c.page())); lines.Scan(); {
		m := sample.FindStringSubmatch(lines.Text())
		if m == nil || m[1] != name && m[1] != name+"_total" || !strings.Contains(m[2], label) {
			continue
		}
		if v, err := strconv.ParseFloat(m[3], 64); err == nil {
			sum += v
		}
	}
	return int(sum)
}
