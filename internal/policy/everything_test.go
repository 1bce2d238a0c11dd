package policy_test

import (
	"testing"
	"time"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

func TestEverything(t *testing.T) {
	catalogue, err := rule.Load(configs.Rules())
	if err != nil {
		t.Fatal(err)
	}
	p := policy.Default()
	p.Strictness = "high"
	p.Overrides = []policy.Override{{Match: map[string]string{"service.name": "hr"}, Packs: &[]string{"secrets"}}}
	some, err := policy.Compile(p, catalogue, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	all := some.Everything()
	hr := field.Resource{Attrs: []field.Attr{{Key: "service.name", Value: "hr"}}}
	for _, res := range []field.Resource{{}, hr} {
		off := 0
		for i := range some.Rules {
			if !some.For(res).Want().Has(i) {
				off++
			}
			if o := all.For(res).Rule(i); !all.For(res).Want().Has(i) || o.MinConfidence != rule.Low {
				t.Errorf("rule %s does not act under everything", some.Rules[i].ID)
			}
			if some.For(res).Rule(i).MinConfidence != rule.High {
				t.Errorf("rule %s: the policy itself has changed", some.Rules[i].ID)
			}
		}
		if off == 0 {
			t.Error("no rule was off: the test shows nothing")
		}
	}
}
