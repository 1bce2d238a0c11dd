package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.opentelemetry.io/collector/otelcol"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/ledgerapi"
	"github.com/airtight-telemetry/airtight/internal/loopback"
)

// demoOptions say how the demo runs.
type demoOptions struct {
	once   bool // on ports that are free, and to its end
	noAuth bool // the ledger is served without a token
	policy string
}

// demoCollector is the Collector of this distribution, running in this process.
type demoCollector struct {
	grpc, http string // where it listens, host:port
	ledger     string // where the ledger is served, host:port
	database   string // the ledger's file, which goes with the demo
	token      string // of this run, for the ledger; empty for none
	stop       func() error
	clear      func() // removes what it left on disk
}

// page is the URL of the ledger's page, with the token that opens it.
func (c *demoCollector) page() string {
	if c.token == "" {
		return "http://" + c.ledger + "/"
	}
	return "http://" + c.ledger + "/?token=" + c.token
}

// client reads the ledger.
func (c *demoCollector) client() (*ledgerapi.Client, error) {
	return ledgerapi.NewClient("http://"+c.ledger, c.token)
}

// startDemoCollector returns when the Collector takes telemetry. It masks by the
// built-in policy, or by the policy file where one is named, and sends to backend.
// Whatever it returns, what it left on disk is to be cleared.
func startDemoCollector(ctx context.Context, backend string, o demoOptions) (demoCollector, error) {
	c := demoCollector{grpc: "127.0.0.1:4317", http: "127.0.0.1:4318", ledger: "127.0.0.1:4380", clear: func() {}}
	if o.once {
		for _, address := range []*string{&c.grpc, &c.http, &c.ledger} {
			var err error
			if *address, err = loopback.Free(); err != nil {
				return c, err
			}
		}
	}
	dir, err := os.MkdirTemp("", "airtight-demo-")
	if err != nil {
		return c, fmt.Errorf("the demo needs room for a ledger: %w", err)
	}
	c.clear = func() { _ = os.RemoveAll(dir) }
	c.database = filepath.Join(dir, "ledger.db")
	config, err := c.config(backend, o)
	if err != nil {
		return c, err
	}
	settings := collectorSettings()
	settings.DisableGracefulShutdown = true // the verb listens for signals
	settings.ConfigProviderSettings.ResolverSettings.URIs = config
	name := "demo"
	if o.policy != "" {
		name = "demo with " + o.policy
	}
	collector, err := otelcol.NewCollector(settings)
	if err != nil {
		return c, configError{name, err}
	}
	ended := make(chan error, 1)
	// Not with ctx: an interrupt must not end it before what is in flight is out.
	go func() { ended <- collector.Run(context.WithoutCancel(ctx)) }()
	for collector.GetState() != otelcol.StateRunning {
		select {
		case err := <-ended:
			if err == nil {
				err = errors.New("the Collector ended before it ran")
			}
			return c, configError{name, err}
		case <-time.After(5 * time.Millisecond):
		}
	}
	c.stop = func() error {
		collector.Shutdown()
		return <-ended
	}
	return c, nil
}

// config is the shipped config with this run's addresses, files and token over it.
func (c *demoCollector) config(backend string, o demoOptions) ([]string, error) {
	database, err := yamlPath(c.database)
	if err != nil {
		return nil, err
	}
	config := []string{
		"yaml:" + configs.Demo(),
		"yaml:receivers::otlp::protocols::grpc::endpoint: " + c.grpc,
		"yaml:receivers::otlp::protocols::http::endpoint: " + c.http,
		"yaml:exporters::otlp_grpc::endpoint: " + backend,
		"yaml:exporters::airtight_ledger::database::path: " + database,
		"yaml:exporters::airtight_ledger::http::endpoint: " + c.ledger,
	}
	if !o.noAuth {
		// Who starts the demo may decide about its leaks.
		c.token = rand.Text()
		config = append(config, "yaml:exporters::airtight_ledger::http: {no_auth: false, responder_token: "+c.token+"}")
	}
	if o.policy != "" {
		path, err := yamlPath(o.policy)
		if err != nil {
			return nil, err
		}
		config = append(config, "yaml:processors::airtight::policy_file: "+path)
	}
	return config, nil
}

// yamlPath is an absolute path as a YAML scalar in which nothing is expanded.
func yamlPath(file string) (string, error) {
	path, err := filepath.Abs(file)
	if err != nil {
		return "", fmt.Errorf("cannot find the file %s: %w", file, err)
	}
	quoted, err := json.Marshal(path)
	return strings.ReplaceAll(string(quoted), "$", "$$"), err
}
