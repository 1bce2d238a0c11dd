package explain

import (
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/action"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/yamldoc"
)

// Reasons names the line of a policy that decides on something, or says that it is
// the default. It is safe for concurrent use.
type Reasons struct {
	Policy *policy.Policy
	doc    *yamldoc.Doc // nil without a policy file
}

// Load reads the policy file over the default policy, and compiles it; without a
// file it is the default policy.
func Load(file string) (why Reasons, compiled *policy.Compiled, err error) {
	var from []policy.Layer
	if file != "" {
		layer, err := policy.File(file)
		if err != nil {
			return why, nil, err
		}
		from = append(from, layer)
		data, err := os.ReadFile(file)
		if err != nil {
			return why, nil, err
		}
		if why.doc, err = yamldoc.Parse(file, data); err != nil {
			return why, nil, err
		}
	}
	if why.Policy, err = policy.Parse(from...); err != nil {
		return why, nil, err
	}
	catalogue, err := rule.Load(configs.Rules())
	if err != nil {
		return why, nil, err
	}
	compiled, err = policy.Compile(why.Policy, catalogue, time.Now())
	return why, compiled, err
}

// has reports whether the policy file holds the path.
func (r Reasons) has(p ...any) bool { return r.doc != nil && r.doc.Has(p) }

// At is a reason with the place in the policy file that gives it, if one does.
func (r Reasons) At(text string, p ...any) string {
	if !r.has(p...) {
		return text + " (default policy)"
	}
	return fmt.Sprintf("%s: %s (%s)", text, yamldoc.Path(p), r.doc.At(p))
}

// field is what the field lists make of a slot, and why; name is empty if nothing.
func (r Reasons) field(d policy.Decision, s field.Slot) (name, why string) {
	switch d.Verdict {
	case policy.Drop:
		return "the field is dropped", r.At("the field is listed", "fields", "drop")
	case policy.MaskAll:
		return "masked as [redacted:" + action.FieldID + "]", r.At("a word of the key is listed", "fields", "mask")
	case policy.Remove:
		return "the field is dropped", r.At("the field is not listed", "fields", "only")
	case policy.Leave:
		if s.Kind != field.Key {
			return "left but for high-confidence secrets", r.At("the field is listed", "fields", "leave")
		}
	}
	return "", ""
}

// Off says why a rule looks at nothing.
func (r Reasons) Off(about *rule.Rule) string {
	pack := PackOf(about)
	if slices.Contains(r.Policy.Packs, pack) { // a rule of the telemetry pack, whose class is off
		pack = rule.PackOf(about.Class)
	}
	return r.At("pack "+pack+" is not on", "packs")
}

func (r Reasons) confidence(about *rule.Rule, c rule.Confidence, o policy.Outcome) string {
	text := c.String()
	if about.Confidence != "" && about.Confidence != text {
		text += ", raised from " + about.Confidence + " by its context"
	}
	return text + "; acts from " + o.MinConfidence.String()
}

// Strictness says what confidence would act.
func (r Reasons) Strictness(d policy.Decision) string {
	if d.Verdict == policy.Leave {
		return r.At("only high confidence acts in a field to leave", "fields", "leave")
	}
	return r.At("strictness "+r.Policy.Strictness, "strictness")
}

// exempt says what exempts a value.
func (r Reasons) exempt(about *rule.Rule, value string) string {
	for i, a := range r.Policy.Allow {
		if a.Value == value && (a.Rule == "" || a.Rule == about.ID) {
			return r.At("allow line", "allow", i)
		}
	}
	return "ignore_values of the rule " + about.ID
}

// Mode says what puts a rule in shadow mode.
func (r Reasons) Mode(about *rule.Rule) string {
	pack := PackOf(about)
	switch {
	case r.Policy.Modes[about.ID] != "":
		return r.At("mode of the rule", "modes", about.ID)
	case about.Mode != "":
		return "mode of the rule itself"
	case r.Policy.Catalogue != "" && about.Since > r.Policy.Catalogue:
		return r.At("the rule is newer than the catalogue pinned", "catalogue")
	case r.Policy.Modes[string(about.Class)] != "":
		return r.At("mode of the class", "modes", string(about.Class))
	case r.Policy.Modes[pack] != "":
		return r.At("mode of the pack", "modes", pack)
	}
	return r.At("mode "+r.Policy.Mode, "mode")
}

// action says what gives a rule its action.
func (r Reasons) action(about *rule.Rule, k action.Kind) string {
	text := "action " + k.String()
	switch {
	case r.Policy.Actions[about.ID] != "":
		return r.At(text+" for the rule", "actions", about.ID)
	case r.Policy.Actions[string(about.Class)] == k.String():
		return r.At(text+" for the class", "actions", string(about.Class))
	case r.Policy.Actions[string(about.Class)] != "":
		return r.At(text+", for its values the class's action is not safe", "actions", string(about.Class))
	}
	return text + " (default policy)"
}
