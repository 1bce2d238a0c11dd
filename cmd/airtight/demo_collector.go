package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"go.opentelemetry.io/collector/otelcol"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/loopback"
)

// demoCollector is the Collector of this distribution, running in this process.
type demoCollector struct {
	grpc, http string // where it listens, host:port
	stop       func() error
}

// startDemoCollector returns when the Collector takes telemetry. It masks by the
// built-in policy, or by the policy file where one is named, and sends to backend.
func startDemoCollector(ctx context.Context, backend string, anyPort bool, policyFile string) (demoCollector, error) {
	c := demoCollector{grpc: "127.0.0.1:4317", http: "127.0.0.1:4318"}
	if anyPort {
		var err error
		if c.grpc, err = loopback.Free(); err != nil {
			return c, err
		}
		if c.http, err = loopback.Free(); err != nil {
			return c, err
		}
	}
	settings := collectorSettings()
	settings.DisableGracefulShutdown = true // the verb listens for signals
	config := []string{
		"yaml:" + configs.Demo(),
		"yaml:receivers::otlp::protocols::grpc::endpoint: " + c.grpc,
		"yaml:receivers::otlp::protocols::http::endpoint: " + c.http,
		"yaml:exporters::otlp_grpc::endpoint: " + backend,
	}
	name := "demo"
	if policyFile != "" {
		path, err := yamlPath(policyFile)
		if err != nil {
			return c, err
		}
		config = append(config, "yaml:processors::airtight::policy_file: "+path)
		name = "demo with " + policyFile
	}
	settings.ConfigProviderSettings.ResolverSettings.URIs = config
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

// yamlPath is an absolute path as a YAML scalar in which nothing is expanded.
func yamlPath(file string) (string, error) {
	path, err := filepath.Abs(file)
	if err != nil {
		return "", fmt.Errorf("cannot find the policy %s: %w", file, err)
	}
	quoted, err := json.Marshal(path)
	return strings.ReplaceAll(string(quoted), "$", "$$"), err
}
