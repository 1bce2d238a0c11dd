package dossier

import (
	"time"

	"github.com/airtight-telemetry/airtight/internal/ledger"
)

// chart is findings over time as bars, in the units of an SVG view box.
type chart struct {
	Width, Height float64
	Bars          []bar
	From, To      time.Time
	Unit          string // of a bar
	Max           int64
	Exposed       bool // a bar has findings that left unmasked
}

type bar struct {
	X, Y, Width, Height float64
	// ExposedY and ExposedHeight are the part that left unmasked.
	ExposedY, ExposedHeight float64
	At                      time.Time
	Count, Exposed          int64
}

const (
	chartWidth, chartHeight = 1000, 130
	// byHour is the longest time that is drawn by the hour: a bar is then no thinner
	// than a millimetre on paper.
	byHour = 72 * time.Hour
	// leastBar keeps what happened once visible beside what happened often.
	leastBar = 2
)

// newChart draws hours of findings, by the hour or by the day.
func newChart(hours []ledger.Hour) *chart {
	if len(hours) == 0 {
		return nil
	}
	c := &chart{Width: chartWidth, Height: chartHeight, Unit: "hour"}
	step := time.Hour
	if hours[len(hours)-1].Hour.Sub(hours[0].Hour) > byHour {
		c.Unit, step = "day", 24*time.Hour
	}
	c.From = hours[0].Hour.UTC().Truncate(step)
	c.To = hours[len(hours)-1].Hour.UTC().Truncate(step)
	for _, h := range hours {
		at := h.Hour.UTC().Truncate(step)
		if n := len(c.Bars); n == 0 || !c.Bars[n-1].At.Equal(at) {
			c.Bars = append(c.Bars, bar{At: at})
		}
		b := &c.Bars[len(c.Bars)-1]
		b.Count += h.Count
		b.Exposed += h.Exposed
		c.Max = max(c.Max, b.Count)
		c.Exposed = c.Exposed || b.Exposed > 0
	}
	steps := float64(c.To.Sub(c.From)/step) + 1
	width := chartWidth / steps
	for i := range c.Bars {
		b := &c.Bars[i]
		b.X = float64(b.At.Sub(c.From)/step) * width
		b.Width = min(max(width*0.8, 1), 40)
		b.Height = height(b.Count, c.Max)
		b.Y = chartHeight - b.Height
		b.ExposedHeight = height(b.Exposed, c.Max)
		b.ExposedY = chartHeight - b.ExposedHeight
	}
	return c
}

func height(n, most int64) float64 {
	if n == 0 {
		return 0
	}
	return max(float64(n)/float64(most)*chartHeight, leastBar)
}
