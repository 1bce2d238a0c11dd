//go:build e2e && linux

package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.yaml.in/yaml/v3"
)

// TestShippedConfigsStart starts every config of configs/ by its variables alone,
// and ends it by SIGTERM.
func TestShippedConfigsStart(t *testing.T) {
	shipped, err := filepath.Glob(filepath.Join(root, "configs", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	starts := map[string]func(t *testing.T) *collector{
		"sidecar.yaml":          func(t *testing.T) *collector { return newSidecar(t, freeAddress(t)) },
		"sidecar-findings.yaml": func(t *testing.T) *collector { c := newSidecar(t, freeAddress(t)); c.shipFindings(); return c },
		"gateway.yaml":          func(t *testing.T) *collector { c, _ := newGateway(t, "http://"+freeAddress(t)); return c },
		"gateway-tls.yaml": func(t *testing.T) *collector {
			c, _ := newGateway(t, "http://"+freeAddress(t))
			c.args = append(c.args, "--config", filepath.Join(root, "configs", "gateway-tls.yaml"))
			c.env["AIRTIGHT_TLS_CERT"], c.env["AIRTIGHT_TLS_KEY"] = certificate(t)
			return c
		},
		"gateway-ledger.yaml": func(t *testing.T) *collector {
			c, _ := newGatewayFrom(t, "gateway-ledger.yaml", "http://"+freeAddress(t))
			c.env["AIRTIGHT_LEDGER_PATH"] = filepath.Join(t.TempDir(), "ledger.db")
			c.env["AIRTIGHT_LEDGER_ENDPOINT"] = freeAddress(t)
			c.env["AIRTIGHT_LEDGER_TOKEN_FILE"] = c.env["AIRTIGHT_TOKEN_FILE"]
			return c
		},
		"files.yaml": func(t *testing.T) *collector {
			c := newCollector(t, "files", "files.yaml")
			c.env["AIRTIGHT_FILES"] = filepath.Join(t.TempDir(), "*.log")
			c.env["AIRTIGHT_CHECKPOINT_DIR"] = t.TempDir()
			return c
		},
		"kafka.yaml": func(t *testing.T) *collector {
			c := newCollector(t, "kafka", "kafka.yaml")
			c.env["AIRTIGHT_BROKERS"] = freeAddress(t)
			return c
		},
		// Its ports are fixed, since `airtight demo` lays its own over them.
		"demo.yaml": func(t *testing.T) *collector {
			c := newCollector(t, "demo", "demo.yaml")
			c.set("receivers.otlp.protocols.grpc.endpoint", c.grpc)
			c.set("receivers.otlp.protocols.http.endpoint", c.http)
			c.set("exporters.airtight_ledger.http.endpoint", freeAddress(t))
			c.set("service.telemetry.logs.level", "info")
			c.env["AIRTIGHT_DEMO_LEDGER"] = filepath.Join(t.TempDir(), "ledger.db")
			return c
		},
	}
	var names []string
	for _, path := range shipped {
		name := filepath.Base(path)
		names = append(names, name)
		build := starts[name]
		if build == nil {
			t.Errorf("%s is shipped and started by no test", name)
			continue
		}
		t.Run(name, func(t *testing.T) {
			c := build(t).start()
			if name == "gateway-tls.yaml" {
				conn, err := tls.Dial("tcp", c.grpc, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
				if err != nil {
					t.Fatal(err)
				}
				conn.Close()
			}
			if health := c.env["AIRTIGHT_HEALTH_ENDPOINT"]; health != "" {
				resp, err := http.Get("http://" + health + "/health")
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				if resp.StatusCode != http.StatusOK {
					t.Errorf("health is %s", resp.Status)
				}
			}
			resident := c.peak()
			took := c.stop()
			figure("config %s starts and ends by SIGTERM in %v, status 0; peak memory %d MiB", name, took.Round(time.Millisecond), resident)
		})
	}
	figure("configs: %d shipped, all started: %s", len(names), strings.Join(names, " "))
}

// certificate makes one for loopback that signs itself.
func certificate(t *testing.T) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
	for _, f := range []struct {
		path  string
		block pem.Block
	}{{certFile, pem.Block{Type: "CERTIFICATE", Bytes: cert}}, {keyFile, pem.Block{Type: "PRIVATE KEY", Bytes: private}}} {
		if err := os.WriteFile(f.path, pem.EncodeToMemory(&f.block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}

// oneSentence is what is said of a policy that can't be used: where, in a file's
// line and column, and no value.
var oneSentence = regexp.MustCompile(`^airtight: [^\n]*policy\.yaml[^\n]*\n$`)

// TestBadPolicyAtStart starts with policies that can't be used. A gateway ends with
// status 2 and one sentence; so does a sidecar under on_bad_policy: refuse, and under
// tombstone it starts, says so, and lets no text through.
func TestBadPolicyAtStart(t *testing.T) {
	r := random(t)
	l := newLoot(r)
	secret := l.plant("value in a bad policy", fmt.Sprintf("Zq%dxKwRtVbn", 100000+r.IntN(900000)))
	s := newSearcher(l.canaries)
	content, err := os.ReadFile(filepath.Join(root, "configs", "sidecar.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var sidecar struct {
		Processors struct {
			Airtight struct {
				OnBadPolicy string `yaml:"on_bad_policy"`
			} `yaml:"airtight"`
		} `yaml:"processors"`
	}
	if err := yaml.Unmarshal(content, &sidecar); err != nil {
		t.Fatal(err)
	}
	shipped := sidecar.Processors.Airtight.OnBadPolicy
	if shipped == "" {
		shipped = "refuse"
	}
	refused, tombstoned, survivors := 0, 0, 0
	faults := badPolicies(secret)
	for i, fault := range faults {
		file := filepath.Join(t.TempDir(), "policy.yaml")
		if err := os.WriteFile(file, []byte(fault), 0o600); err != nil {
			t.Fatal(err)
		}
		gateway, _ := newGateway(t, "http://"+freeAddress(t))
		refusing := []*collector{gateway}
		if shipped == "refuse" {
			refusing = append(refusing, newSidecar(t, freeAddress(t)))
		}
		for _, c := range refusing {
			c.set("processors.airtight.policy_file", file)
			c.env["AIRTIGHT_LOG_LEVEL"] = "error"
			c.begin()
			status := c.wait(30 * time.Second)
			survivors += s.survivors(t, place{"what it said", c.logs()})
			if status != 2 || !oneSentence.Match(c.logs()) {
				t.Errorf("bad policy %d: %s ends with status %d and %d lines, want 2 and a sentence that names the file; it said:\n%s",
					i, c.name, status, strings.Count(string(c.logs()), "\n"), c.tail())
				continue
			}
			refused++
		}
		if i > 1 {
			continue // the tombstone road is one for all faults
		}
		bodies := make(chan string, 100)
		b := newBackend(t, func(lr plog.LogRecord) { bodies <- lr.Body().AsString() })
		c := newSidecar(t, b.grpc)
		c.set("processors.airtight.policy_file", file)
		c.set("processors.airtight.on_bad_policy", "tombstone")
		c.start()
		if _, err := dial(t, c.grpc).Export(t.Context(), plogotlp.NewExportRequestFromLogs(l.batch("sender", 0, 8))); err != nil {
			t.Fatal(err)
		}
		for range 8 {
			select {
			case body := <-bodies:
				if !strings.Contains(body, "[airtight: ") {
					t.Error("a text came through without a policy")
				}
			case <-time.After(20 * time.Second):
				t.Fatal("without a policy no record comes through")
			}
		}
		if !c.out.has("No policy is in force") || c.metric("otelcol_processor_airtight_records", `outcome="tombstoned"`) != 8 {
			t.Error("neither log nor metric says that everything is a tombstone")
		}
		// A good policy ends it.
		if err := os.WriteFile(file, []byte(goodPolicy(1)), 0o600); err != nil {
			t.Fatal(err)
		}
		if !eventually(2*inForceWithin, func() bool {
			return c.metric("otelcol_processor_airtight_reloads", `outcome="applied"`) == 1
		}) {
			t.Error("the good policy did not come in force")
		}
		survivors += s.survivors(t, place{"backend", b.received()}, place{"log", c.logs()}, place{"metrics", c.page()})
		c.stop()
		tombstoned++
	}
	figure("bad policy at start: %d policies; %d starts refused with status 2 and one sentence; the shipped sidecar has on_bad_policy %s; %d started with tombstone and healed by a good policy; planted survivors %d",
		len(faults), refused, shipped, tombstoned, survivors)
}
