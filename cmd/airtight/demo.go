package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/airtight-telemetry/airtight/internal/demo"
)

// demoPatience is how long the demo waits for its own telemetry to come through.
const demoPatience = 20 * time.Second

func newDemoCommand() *cobra.Command {
	var o demoOptions
	cmd := &cobra.Command{
		Use:   "demo [--once] [--policy FILE]",
		Short: "Show the gate and the ledger of leaks at work on the telemetry of a small shop",
		Long: `Start this Collector on loopback, send it the logs and traces of a small shop through
the OpenTelemetry SDK, and print each record before and after, and what the ledger of
leaks makes of it: which service and version leaks what, where, and why.

Then the shop goes on trading. The ledger's page stands at the URL that is printed; it
opens with a token of this run. After a while a service gets a new version that leaks,
and incidents are told of here and on the page. Telemetry of your own is taken on
127.0.0.1:4317 (OTLP/gRPC) and :4318 (OTLP/HTTP), and what comes out is printed.

It ends with status 0 only if everything arrived and none of the planted values did,
in plain text or in JSON, URL, hex or base64 form.`,
		Example: `  airtight demo
  airtight demo --once
  airtight demo --once --policy policy.yaml`,
		Args: cobra.NoArgs,
	}
	file := policyFlag(cmd)
	cmd.Flags().BoolVar(&o.once, "once", false, "end after the play, on ports that are free")
	cmd.Flags().BoolVar(&o.noAuth, "no-auth", false, "serve the ledger, on loopback, to everyone on this machine")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		o.policy = *file
		// The Collector reads the policy itself; here it is only to be in order.
		if _, err := loadPolicy(o.policy, cmd.ErrOrStderr()); err != nil {
			return err
		}
		ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		return runDemo(ctx, demoScreen(cmd.OutOrStdout()), o)
	}
	return cmd
}

func runDemo(ctx context.Context, screen demo.Screen, o demoOptions) error {
	after, err := demo.Listen()
	if err != nil {
		return err
	}
	defer after.Close()
	c, err := startDemoCollector(ctx, after.Addr(), o)
	defer c.clear()
	if err != nil {
		return err
	}
	played, err := playDemo(ctx, c.grpc, after)
	if err != nil {
		_ = c.stop() // the play's error says more
		return err
	}
	showDemo(screen, played)
	if o.once {
		if err = c.stop(); err == nil {
			err = showLedger(ctx, screen, &c)
		}
		screen.Summary(played)
	} else {
		err = openShop(ctx, screen, &c, played, after)
		if stopErr := c.stop(); err == nil {
			err = stopErr
		}
	}
	if err == nil && !played.OK() {
		err = exitCode(exitFound)
	}
	return err
}

// openShop serves the ledger and lets the shop go on until the context ends.
func openShop(ctx context.Context, screen demo.Screen, c *demoCollector, played demo.Comparison, after *demo.Sink) error {
	l, err := c.client()
	if err != nil {
		return err
	}
	if err := ledgerSettled(ctx, l); err != nil {
		return err
	}
	if err := showLeaks(ctx, screen, l); err != nil {
		return err
	}
	screen.Summary(played)
	invite(screen, c)
	screen.W = &inOneVoice{w: screen.W}
	var following sync.WaitGroup
	defer following.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	following.Go(func() { follow(ctx, screen, after) })
	return trade(ctx, screen, c, l)
}

// playDemo sends the shop's telemetry to the Collector and to a server that masks
// nothing, and compares what the two ways brought.
func playDemo(ctx context.Context, collector string, after *demo.Sink) (demo.Comparison, error) {
	ctx, cancel := context.WithTimeout(ctx, demoPatience)
	defer cancel()
	before, err := demo.Listen()
	if err != nil {
		return demo.Comparison{}, err
	}
	defer before.Close()
	if err := demo.Play(ctx, before.Addr(), collector); err != nil {
		return demo.Comparison{}, fmt.Errorf("the demo could not send its telemetry to the Collector on %s: %w", collector, err)
	}
	sent, err := before.Take(ctx)
	if err != nil {
		return demo.Comparison{}, err
	}
	arrived := after.TakeRecords(ctx, sent.Records())
	return demo.Compare(sent, arrived), nil
}

func showDemo(screen demo.Screen, played demo.Comparison) {
	screen.Say("What the shop sent, and beside it what came out")
	fmt.Fprintln(screen.W)
	for _, p := range played.Pairs {
		if p.Leaky() || p.Changed() {
			screen.Pair(p)
			fmt.Fprintln(screen.W)
		}
	}
}

// invite says where to look, and how to send telemetry of one's own.
func invite(screen demo.Screen, c *demoCollector) {
	fmt.Fprintln(screen.W)
	screen.Say("The ledger of leaks: %s", c.page())
	fmt.Fprintf(screen.W, `
The shop goes on trading, and in a little while gets a new version of checkout that
leaks. What happens is told here; Ctrl-C ends it.

What you send is printed as it comes out. From another terminal:

curl -sS http://%[2]s/v1/logs -H 'Content-Type: application/json' -d '{"resourceLogs":[{
  "resource":{"attributes":[{"key":"service.name","value":{"stringValue":"mine"}}]},
  "scopeLogs":[{"logRecords":[{"severityText":"INFO","body":{"stringValue":
    "login of jo@acme.example with password=Kelp-Tandem-51 failed"}}]}]}]}'

Or start a program that uses an OpenTelemetry SDK with these variables:

export OTEL_EXPORTER_OTLP_ENDPOINT=http://%[2]s OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
export OTEL_LOGS_EXPORTER=otlp OTEL_TRACES_EXPORTER=otlp OTEL_METRICS_EXPORTER=otlp

By gRPC: OTEL_EXPORTER_OTLP_ENDPOINT=http://%[1]s OTEL_EXPORTER_OTLP_PROTOCOL=grpc

`, c.grpc, c.http)
}

// follow prints what comes out, but for the shop's own, until the context ends.
func follow(ctx context.Context, screen demo.Screen, after *demo.Sink) {
	for {
		arrived, err := after.Take(ctx)
		if err != nil {
			return // asked to end
		}
		var out bytes.Buffer
		whole := demo.Screen{W: &out, Width: screen.Width, Color: screen.Color}
		for _, it := range arrived.Items {
			if !it.OfShop {
				whole.Item(it)
			}
		}
		if out.Len() > 0 {
			fmt.Fprintf(screen.W, "%s\n", out.Bytes())
		}
	}
}

// demoScreen is as wide as the terminal, or as COLUMNS says. Colours are for a
// terminal, unless NO_COLOR (https://no-color.org) is set.
func demoScreen(w io.Writer) demo.Screen {
	screen := demo.Screen{W: w, Width: 120}
	if columns, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && columns > 0 {
		screen.Width = columns
	}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns > 0 {
			screen.Width = columns
		}
		screen.Color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	}
	return screen
}
