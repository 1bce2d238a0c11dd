package policy

import (
	"slices"

	"github.com/airtight-telemetry/airtight/internal/detect"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// Everything is the policy with every rule on and every confidence acting, for who
// wants to know what a policy leaves. Its field lists, allow lines, actions and
// limits are c's. A policy of this kind is for looking and not for masking: what is
// found with low confidence is more often wrong than right.
func (c *Compiled) Everything() *Compiled {
	all := *c
	all.base = c.base.everything()
	all.overrides = slices.Clone(c.overrides)
	for i := range all.overrides {
		all.overrides[i].scope = c.overrides[i].scope.everything()
	}
	return &all
}

func (s *Scope) everything() *Scope {
	all := &Scope{
		Override:  s.Override,
		want:      detect.NewSet(len(s.outcomes)),
		leaveWant: s.leaveWant,
		outcomes:  slices.Clone(s.outcomes),
		fields:    s.fields,
		enforce:   s.enforce,
		contain:   s.contain,
	}
	for i := range all.outcomes {
		all.want.Add(i)
		all.outcomes[i].MinConfidence = rule.Low
	}
	return all
}
