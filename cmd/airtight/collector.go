package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/provider/envprovider"
	"go.opentelemetry.io/collector/confmap/provider/fileprovider"
	"go.opentelemetry.io/collector/confmap/provider/yamlprovider"
	"go.opentelemetry.io/collector/otelcol"
	"go.opentelemetry.io/collector/service/telemetry"

	"github.com/airtight-telemetry/airtight/internal/leantelemetry"
	"github.com/airtight-telemetry/airtight/internal/pipelines"
	"github.com/airtight-telemetry/airtight/internal/quiettelemetry"
)

// collectorSettings is the Collector every verb that starts or checks one goes by.
func collectorSettings() otelcol.CollectorSettings {
	return otelcol.CollectorSettings{
		BuildInfo: component.BuildInfo{
			Command:     "airtight",
			Description: "OpenTelemetry Collector that masks secrets and personal data",
			Version:     buildVersion(),
		},
		Factories: components,
		ConfigProviderSettings: otelcol.ConfigProviderSettings{
			ResolverSettings: confmap.ResolverSettings{
				ProviderFactories: []confmap.ProviderFactory{
					envprovider.NewFactory(),
					fileprovider.NewFactory(),
					yamlprovider.NewFactory(),
				},
				ConverterFactories: []confmap.ConverterFactory{pipelines.NewConverterFactory()},
				DefaultScheme:      "env",
			},
		},
		LoggingOptions: quiettelemetry.LoggingOptions(),
	}
}

func telemetryFactory() telemetry.Factory { return quiettelemetry.Wrap(leantelemetry.NewFactory()) }

// collectorVerb is otelcol's own command (its root for the empty name) as a verb of
// ours: flags and meaning are otelcol's, and an error names the configs.
func collectorVerb(name string) *cobra.Command {
	settings := collectorSettings()
	settings.DisableGracefulShutdown = true // see untilSignal
	cmd := otelcol.NewCommand(settings)
	subcommands := cmd.Commands()
	cmd.RemoveCommand(subcommands...)
	for _, c := range subcommands {
		if c.Name() == name {
			cmd = c
		}
	}
	cmd.Version = "" // its flag would hide the verb `version`
	cmd.Args = noArgs
	if cmd.Flags().Lookup("config") == nil {
		return cmd
	}
	if err := cmd.MarkFlagFilename("config", "yaml", "yml"); err != nil {
		panic(err) // the flag is there
	}
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		configs := strings.Trim(cmd.Flags().Lookup("config").Value.String(), "[]")
		if configs == "" {
			return errors.New("no config is named; add --config FILE")
		}
		// A Collector asked to stop by its context has done what it was told.
		if err := run(cmd, args); err != nil && !errors.Is(err, context.Canceled) {
			return configError{configs, err}
		}
		return nil
	}
	return cmd
}

// noArgs refuses what stands beside the flags, `run FILE` above all.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return errors.New(cmd.Name() + " takes no arguments; a config is named with --config FILE")
	}
	return nil
}
