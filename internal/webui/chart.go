package webui

import (
	"time"

	"github.com/airtight-telemetry/airtight/internal/ledger"
)

// chart is bars over time, in the units of an SVG view box: what is seen where no
// script draws a better one from the same numbers.
type chart struct {
	reach
	From, To time.Time
	Bars     []bar
	Days     []tick
	// Max and Sum count findings, Exposed those of them that left unmasked.
	Max, Sum, Exposed int64
	// Steps are those that have a bar, for who can't see bars.
	Steps         []ledger.Hour
	Width, Height int
}

type bar struct {
	X, Y, Width, Height float64
	// ExposedY and ExposedHeight are the part of the bar that left unmasked.
	ExposedY, ExposedHeight float64
	Step                    ledger.Hour
}

// tick is the beginning of a day.
type tick struct {
	X     float64
	Day   time.Time
	Named bool // there is room for its name
}

const (
	chartWidth, chartHeight = 1008, 150
	// dayName is how wide the name of a day is.
	dayName = 80
	// leastBar keeps a step with few findings visible beside one with many.
	leastBar = 2
)

func newChart(hours []ledger.Hour, now time.Time, over reach) chart {
	c := chart{reach: over, Width: chartWidth, Height: chartHeight}
	c.To = now.UTC().Truncate(over.Step).Add(over.Step)
	c.From = c.To.Add(-over.Span)
	for _, h := range hours {
		h.Hour = h.Hour.UTC().Truncate(over.Step)
		if h.Hour.Before(c.From) || !h.Hour.Before(c.To) {
			continue
		}
		c.Sum += h.Count
		c.Exposed += h.Exposed
		if n := len(c.Steps); n > 0 && c.Steps[n-1].Hour.Equal(h.Hour) {
			c.Steps[n-1].Count += h.Count
			c.Steps[n-1].Exposed += h.Exposed
			continue
		}
		c.Steps = append(c.Steps, h)
	}
	for _, s := range c.Steps {
		c.Max = max(c.Max, s.Count)
	}
	perHour := chartWidth / over.Span.Hours()
	at := func(t time.Time) float64 { return t.Sub(c.From).Hours() * perHour }
	for _, s := range c.Steps {
		b := bar{X: at(s.Hour), Width: perHour*over.Step.Hours() - 1, Height: max(leastBar, chartHeight*float64(s.Count)/float64(c.Max)), Step: s}
		b.Y = chartHeight - b.Height
		if s.Exposed > 0 {
			b.ExposedHeight = max(leastBar, b.Height*float64(s.Exposed)/float64(s.Count))
			b.ExposedY = chartHeight - b.ExposedHeight
		}
		c.Bars = append(c.Bars, b)
	}
	free := 0.0 // where the next name may begin
	for day := c.From.Truncate(day24).Add(day24); day.Before(c.To); day = day.Add(day24) {
		t := tick{X: at(day), Day: day}
		if t.X >= free && t.X < chartWidth-dayName {
			t.Named, free = true, t.X+dayName
		}
		c.Days = append(c.Days, t)
	}
	return c
}
