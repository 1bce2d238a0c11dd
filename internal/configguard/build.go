package configguard

import (
	"time"

	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/guard"
)

// Build loads the policy and makes the gate. What the observer is told, package
// finding says.
//
// With a policy that can't be used the outcome depends on OnBadPolicy. Under
// Refuse err says why and g is nil. Under Tombstone g is a gate that puts a
// tombstone in place of every text, and degraded says why: it belongs in the log
// and in a metric. Watch puts a policy in force once there is a good one:
//
//	watcher := config.Watch(g.Swap, report)
func (c *Config) Build(o finding.Observer) (g *guard.Guard, degraded, err error) {
	compiled, err := c.Load(time.Now())
	if err == nil {
		if g, err = guard.New(compiled, o); err == nil {
			return g, nil, nil
		}
	}
	if c.OnBadPolicy != Tombstone {
		return nil, nil, err
	}
	g, failed := guard.New(nil, o)
	return g, err, failed
}
