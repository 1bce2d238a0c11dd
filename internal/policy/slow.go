package policy

import (
	"fmt"

	"github.com/airtight-telemetry/airtight/internal/detect"
)

// What limits.slow_rules may say.
const (
	slowAllow  = "allow"
	slowRefuse = "refuse"
)

// slowRules looks for rules that the policy writes in the slow lane: those with neither
// a literal nor a shape, whose pattern is run over every text. They are admitted with a
// warning, for a rule that costs much still masks, or refused where the policy says so.
func (c *checker) slowRules(engine *detect.Engine) {
	for n, written := range c.p.Rules {
		if engine.Plan(n).Lane != "slow" || !c.own[written.ID] && written.Pattern == "" && written.Keywords == nil && written.Keys == nil {
			continue // one of the catalogue's is as it ships
		}
		cost := ""
		if p, err := detect.Predict(&c.rules[c.index[written.ID]]); err == nil {
			cost = fmt.Sprintf(" (about %.1f µs a KiB of every text)", p.Nanoseconds/1000)
		}
		text := fmt.Sprintf("rule %s has neither a literal nor a shape to be found by and goes to the slow lane%s: give it keywords or keys, or letters in its pattern that every match holds", written.ID, cost)
		if c.p.Limits.SlowRules == slowRefuse {
			c.fault(text+", or set limits.slow_rules: allow", "rules", n, "pattern")
			continue
		}
		c.warn(text+"; limits.slow_rules: refuse keeps such rules out", "rules", n, "pattern")
	}
}
