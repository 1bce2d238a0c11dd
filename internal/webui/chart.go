package webui

import (
	"time"

	"github.com/airtight-telemetry/airtight/internal/ledger"
)

// chart is bars by the hour over the last days, in the units of an SVG view box.
type chart struct {
	Bars []bar
	Days []tick
	Max  int64
	Sum  int64
	// Hours are those that have a bar, for who can't see bars.
	Hours         []ledger.Hour
	Width, Height int
}

type bar struct {
	X, Y, Width, Height float64
	// ExposedY and ExposedHeight are the part of the bar that left unmasked.
	ExposedY, ExposedHeight float64
	Hour                    ledger.Hour
}

// tick is the beginning of a day.
type tick struct {
	X     float64
	Day   time.Time
	Named bool // there is room for its name
}

const (
	chartWidth, chartHeight = 1008, 120
	// dayName is how wide the name of a day is.
	dayName = 80
	// leastBar keeps an hour with few findings visible beside one with many.
	leastBar = 2
)

func newChart(hours []ledger.Hour, now time.Time) chart {
	c := chart{Width: chartWidth, Height: chartHeight}
	to := now.UTC().Truncate(time.Hour).Add(time.Hour)
	from := to.Add(-span)
	for _, h := range hours {
		if !h.Hour.Before(from) && h.Hour.Before(to) {
			c.Hours = append(c.Hours, h)
			c.Max = max(c.Max, h.Count)
			c.Sum += h.Count
		}
	}
	width := chartWidth / span.Hours()
	at := func(t time.Time) float64 { return t.Sub(from).Hours() * width }
	for _, h := range c.Hours {
		b := bar{X: at(h.Hour), Width: width - 1, Height: max(leastBar, chartHeight*float64(h.Count)/float64(c.Max)), Hour: h}
		b.Y = chartHeight - b.Height
		if h.Exposed > 0 {
			b.ExposedHeight = max(leastBar, b.Height*float64(h.Exposed)/float64(h.Count))
			b.ExposedY = chartHeight - b.ExposedHeight
		}
		c.Bars = append(c.Bars, b)
	}
	for day := from.Truncate(24 * time.Hour).Add(24 * time.Hour); day.Before(to); day = day.Add(24 * time.Hour) {
		c.Days = append(c.Days, tick{at(day), day, at(day) < chartWidth-dayName})
	}
	return c
}
