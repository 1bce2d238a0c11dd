package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/demo"
	"github.com/airtight-telemetry/airtight/internal/ledger"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// showLedger prints what is in the ledger's file. The Collector has ended: everything
// that was found is in it.
func showLedger(ctx context.Context, screen demo.Screen, c *demoCollector) error {
	catalogue, err := rule.Load(configs.Rules())
	if err != nil {
		return err
	}
	l, err := ledger.OpenReadOnly(ctx, c.database, "", catalogue.Rules)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	return showLeaks(ctx, screen, l)
}

func showLeaks(ctx context.Context, screen demo.Screen, l ledger.Reader) error {
	leaks, err := demo.ReadLeaks(ctx, l)
	if err != nil {
		return fmt.Errorf("the demo could not read its ledger: %w", err)
	}
	screen.Leaks(leaks)
	fmt.Fprintln(screen.W)
	return nil
}

// ledgerSettled waits until a ledger has findings and gets no more, for a little while.
func ledgerSettled(ctx context.Context, l ledger.Reader) error {
	const still, patience = 1500 * time.Millisecond, 10 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var count int64
	since := time.Now()
	for {
		o, err := l.Overview(ctx, time.Now().Add(-time.Hour))
		switch {
		case err != nil:
			return fmt.Errorf("the demo's ledger does not answer: %w", err)
		case o.Findings != count:
			count, since = o.Findings, time.Now()
		case count > 0 && time.Since(since) > still:
			return nil
		}
		select {
		case <-ctx.Done():
			return nil // a policy may find nothing
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// trade lets the shop go on, and tells of what happens in it and of the incidents
// that the ledger opens and closes, until the context ends.
func trade(ctx context.Context, screen demo.Screen, c *demoCollector, l ledger.Reader) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var watching sync.WaitGroup
	watching.Go(func() { tellIncidents(ctx, screen, l) })
	err := demo.Trade(ctx, c.grpc, func(text string) { screen.Event(time.Now(), true, text) })
	cancel()
	watching.Wait()
	return err
}

// tellIncidents says when an incident is opened, what it does, and when it is closed.
func tellIncidents(ctx context.Context, screen demo.Screen, l ledger.Reader) {
	known := map[string]ledger.Incident{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(500 * time.Millisecond):
		}
		page, err := l.Incidents(ctx, ledger.IncidentFilter{})
		if err != nil {
			continue // the page says so too
		}
		for _, i := range page.Incidents {
			was := known[i.ID]
			known[i.ID] = i
			open := i.State == ledger.IncidentOpen
			switch {
			case open && was.State != i.State:
				screen.Event(i.Opened, true, fmt.Sprintf("incident: %s %s leaks %s (%s). %s", i.Service, i.Version, i.Class, strings.Join(i.Rules, ", "), strings.Join(i.Reasons, " ")))
			case !open && was.State == ledger.IncidentOpen:
				screen.Event(i.Closed, false, fmt.Sprintf("incident of %s closed: %s", i.Service, i.ClosedReason))
			}
			switch {
			case i.Containment != nil && was.Containment == nil:
				screen.Event(time.Now(), false, fmt.Sprintf("%s is contained until %s: its texts are masked whole, those of others are not", i.Service, i.Containment.Until.Local().Format(time.TimeOnly)))
			case i.Containment == nil && was.Containment != nil:
				screen.Event(time.Now(), false, i.Service+" is contained no longer")
			}
		}
	}
}

// inOneVoice keeps what is printed at the same time apart.
type inOneVoice struct {
	mu sync.Mutex
	w  io.Writer
}

func (v *inOneVoice) Write(p []byte) (int, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.w.Write(p)
}
