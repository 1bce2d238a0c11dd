package main

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

// reasons names the line of a policy that decides on something, or says that it is
// the default.
type reasons struct {
	policy *policy.Policy
	doc    *yamldoc.Doc // nil without a policy file
}

func loadReasons(file string) (why reasons, compiled *policy.Compiled, err error) {
	var from []policy.Layer
	if file != "" {
		layer, err := policy.File(file)
		if err != nil {
			return why, nil, err
		}
		from = append(from, layer)
		data, err := os.ReadFile(file)
		if err != nil {
			return why, nil, fileError(file, err)
		}
		if why.doc, err = yamldoc.Parse(file, data); err != nil {
			return why, nil, err
		}
	}
	if why.policy, err = policy.Parse(from...); err != nil {
		return why, nil, err
	}
	catalogue, err := rule.Load(configs.Rules())
	if err != nil {
		return why, nil, err
	}
	compiled, err = policy.Compile(why.policy, catalogue, time.Now())
	return why, compiled, err
}

// has reports whether the policy file holds the path.
func (r reasons) has(p ...any) bool { return r.doc != nil && r.doc.Has(p) }

// at is a reason with the place in the policy file that gives it, if one does.
func (r reasons) at(text string, p ...any) string {
	if !r.has(p...) {
		return text + " (default policy)"
	}
	return fmt.Sprintf("%s: %s (%s)", text, yamldoc.Path(p), r.doc.At(p))
}

// field is what the field lists make of a slot, and why; name is empty if nothing.
func (r reasons) field(d policy.Decision, s field.Slot) (name, why string) {
	switch d.Verdict {
	case policy.Drop:
		return "the field is dropped", r.at("the field is listed", "fields", "drop")
	case policy.MaskAll:
		return "masked as [redacted:" + action.FieldID + "]", r.at("a word of the key is listed", "fields", "mask")
	case policy.Remove:
		return "the field is dropped", r.at("the field is not listed", "fields", "only")
	case policy.Leave:
		if s.Kind != field.Key {
			return "left but for high-confidence secrets", r.at("the field is listed", "fields", "leave")
		}
	}
	return "", ""
}

// off says why a rule looks at nothing.
func (r reasons) off(about *rule.Rule) string {
	pack := packOf(about)
	if slices.Contains(r.policy.Packs, pack) { // a rule of the telemetry pack, whose class is off
		pack = rule.PackOf(about.Class)
	}
	return r.at("pack "+pack+" is not on", "packs")
}

func (r reasons) confidence(about *rule.Rule, c rule.Confidence, o policy.Outcome) string {
	text := c.String()
	if about.Confidence != "" && about.Confidence != text {
		text += ", raised from " + about.Confidence + " by its context"
	}
	return text + "; acts from " + o.MinConfidence.String()
}

// strictness says what confidence would act.
func (r reasons) strictness(d policy.Decision) string {
	if d.Verdict == policy.Leave {
		return r.at("only high confidence acts in a field to leave", "fields", "leave")
	}
	return r.at("strictness "+r.policy.Strictness, "strictness")
}

// exempt says what exempts a value.
func (r reasons) exempt(about *rule.Rule, value string) string {
	for i, a := range r.policy.Allow {
		if a.Value == value && (a.Rule == "" || a.Rule == about.ID) {
			return r.at("allow line", "allow", i)
		}
	}
	return "ignore_values of the rule " + about.ID
}

// mode says what puts a rule in shadow mode.
func (r reasons) mode(about *rule.Rule) string {
	pack := packOf(about)
	switch {
	case r.policy.Modes[about.ID] != "":
		return r.at("mode of the rule", "modes", about.ID)
	case about.Mode != "":
		return "mode of the rule itself"
	case r.policy.Catalogue != "" && about.Since > r.policy.Catalogue:
		return r.at("the rule is newer than the catalogue pinned", "catalogue")
	case r.policy.Modes[string(about.Class)] != "":
		return r.at("mode of the class", "modes", string(about.Class))
	case r.policy.Modes[pack] != "":
		return r.at("mode of the pack", "modes", pack)
	}
	return r.at("mode "+r.policy.Mode, "mode")
}

// action says what gives a rule its action.
func (r reasons) action(about *rule.Rule, k action.Kind) string {
	text := "action " + k.String()
	switch {
	case r.policy.Actions[about.ID] != "":
		return r.at(text+" for the rule", "actions", about.ID)
	case r.policy.Actions[string(about.Class)] == k.String():
		return r.at(text+" for the class", "actions", string(about.Class))
	case r.policy.Actions[string(about.Class)] != "":
		return r.at(text+", for its values the class's action is not safe", "actions", string(about.Class))
	}
	return text + " (default policy)"
}
