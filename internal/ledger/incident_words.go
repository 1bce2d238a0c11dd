package ledger

import (
	"fmt"
	"math"
	"time"
)

// figure is an expected count as people write it.
func figure(f float64) string {
	if f < 10 {
		return fmt.Sprintf("%.1f", f)
	}
	return fmt.Sprintf("%.0f", f)
}

// years is a long time as people say it.
func years(d time.Duration) string {
	const year = 8766 * time.Hour
	if d < 2*year {
		return lasting(d)
	}
	return fmt.Sprintf("%.0f years", float64(d)/float64(year))
}

// lasting is how long something lasted, as people say it.
func lasting(d time.Duration) string {
	for _, unit := range []struct {
		d    time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		if d >= 2*unit.d {
			return fmt.Sprintf("%d %ss", d/unit.d, unit.name)
		}
	}
	return fmt.Sprintf("%d seconds", int(math.Ceil(d.Seconds())))
}
