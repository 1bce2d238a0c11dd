package policy

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/airtight-telemetry/airtight/internal/action"
	"github.com/airtight-telemetry/airtight/internal/detect"
	"github.com/airtight-telemetry/airtight/internal/keyring"
	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/validate"
)

const telemetryPack = "telemetry"

// packs that ship with airtight. A rule of the policy may found others.
var packs = []string{"secrets", "payment", "identity", "contact", telemetryPack, "network", "person", "health", "genai", "location"}

var versionForm = regexp.MustCompile(`^20\d\d\.(0[1-9]|1[0-2])$`)

// The bounds of limits. A value must be large enough to hold a private key, and
// depth and decodings stay where the work they cause stays bounded.
const (
	minValue  = 16 << 10
	maxValue  = 1 << 30
	maxDepth  = 256
	maxDecode = 8
)

// checker finds what is wrong with a policy, and gathers on the way what the
// compiled form is built from.
type checker struct {
	p   *Policy
	cat *rule.Catalogue
	now time.Time

	// rules are the catalogue's and the policy's; see Compiled.Rules.
	rules []rule.Rule
	// own are the ids of rules the catalogue does not have.
	own   map[string]bool
	index map[string]int
	packs []string

	invalid  InvalidError
	warnings []string
	// low are the rules that are masked though their class is tokenised.
	low []string
}

func newChecker(p *Policy, cat *rule.Catalogue, now time.Time) *checker {
	c := &checker{p: p, cat: cat, now: now, own: map[string]bool{}, index: map[string]int{}}
	c.rules = slices.Clone(cat.Rules)
	for i := range c.rules {
		c.index[c.rules[i].ID] = i
	}
	for _, r := range p.Rules {
		if i, ok := c.index[r.ID]; ok && !c.own[r.ID] {
			c.rules[i] = overRule(c.rules[i], r)
			continue
		}
		c.own[r.ID] = true
		c.index[r.ID] = len(c.rules)
		c.rules = append(c.rules, r)
	}
	c.packs = slices.Concat(packs, cat.Packs())
	for i := range c.rules {
		if pack := c.rules[i].Pack; pack != "" {
			c.packs = append(c.packs, pack)
		}
	}
	return c
}

// overRule lays what b gives over a.
func overRule(a, b rule.Rule) rule.Rule {
	text := func(to *string, from string) {
		if from != "" {
			*to = from
		}
	}
	list := func(to *[]string, from []string) {
		if from != nil {
			*to = from
		}
	}
	if b.Class != "" {
		a.Class = b.Class
	}
	text(&a.Pack, b.Pack)
	text(&a.Description, b.Description)
	text(&a.Severity, b.Severity)
	text(&a.Confidence, b.Confidence)
	text(&a.Pattern, b.Pattern)
	list(&a.Keys, b.Keys)
	text(&a.Literals, b.Literals)
	list(&a.Keywords, b.Keywords)
	list(&a.Context, b.Context)
	list(&a.Validators, b.Validators)
	list(&a.IgnoreValues, b.IgnoreValues)
	list(&a.Examples.Match, b.Examples.Match)
	list(&a.Examples.Ignore, b.Examples.Ignore)
	text(&a.Doc, b.Doc)
	text(&a.Revoke, b.Revoke)
	text(&a.Since, b.Since)
	text(&a.Mode, b.Mode)
	return a
}

func (c *checker) fault(text string, at ...any) {
	c.invalid.add(c.p.layers.at(at), text)
}

func (c *checker) warn(text string, at ...any) {
	if where := c.p.layers.at(at); where != "" {
		text = where + ": " + text
	}
	c.warnings = append(c.warnings, text)
}

func (c *checker) policy() {
	p := c.p
	c.oneOf(p.Mode, []string{"enforce", "shadow"}, "mode")
	c.modes(p.Modes, "modes")
	c.packList(p.Packs, "packs")
	switch {
	case p.Catalogue == "":
	case !versionForm.MatchString(p.Catalogue):
		c.fault(`must be a catalogue version such as "2026.12"`, "catalogue")
	case p.Catalogue > c.cat.Version:
		c.warn("pins a version newer than the catalogue of this build, "+c.cat.Version+": the pin holds nothing back", "catalogue")
	}
	c.oneOf(p.Strictness, []string{"balanced", "high"}, "strictness")
	switch p.OnError {
	case "quarantine":
		c.fault("quarantine comes with a later version: use tombstone or drop_record", "on_error")
	case "pass":
		c.fault("there is no pass, what can't be examined never leaves: use tombstone or drop_record", "on_error")
	default:
		c.oneOf(p.OnError, []string{"tombstone", "drop_record"}, "on_error")
	}
	c.oneOf(p.Numbers, []string{"string", "zero", "drop"}, "numbers")
	c.limits()
	for i, id := range p.TrustedKeyIDs {
		if !keyring.ValidID(id) {
			c.fault("must be a key id: 1 to 16 of a-z and 0-9", "trusted_key_ids", i)
		}
	}
	c.ruleFaults()
	c.ruleExamples()
	c.actions(p.Actions, "actions")
	c.fields(p.Fields, "fields")
	c.contain(p.Contain, false, "contain")
	for i, a := range p.Allow {
		c.allowLine(a, i)
	}
	for i, o := range p.Overrides {
		c.override(o, i)
	}
	if len(c.low) > 0 {
		slices.Sort(c.low)
		c.warnings = append(c.warnings, fmt.Sprintf("masked rather than tokenised, for their values could be found by trying them all (acknowledge_low_entropy: true tokenises them): %s", sentence(slices.Compact(c.low))))
	}
}

func (c *checker) oneOf(v string, known []string, at ...any) {
	if !slices.Contains(known, v) {
		c.fault("must be "+strings.Join(known, " or "), at...)
	}
}

func (c *checker) packList(list []string, at ...any) {
	for i, name := range list {
		if !slices.Contains(c.packs, name) {
			c.fault("unknown pack; known are "+sentence(packs), append(slices.Clone(at), i)...)
		}
	}
}

func (c *checker) limits() {
	l := c.p.Limits
	if l.MaxValue < minValue || l.MaxValue > maxValue {
		c.fault("must be between 16KiB and 1GiB", "limits", "max_value")
	}
	if l.MaxDepth < 1 || l.MaxDepth > maxDepth {
		c.fault(fmt.Sprintf("must be between 1 and %d", maxDepth), "limits", "max_depth")
	}
	if l.MaxDecode < 0 || l.MaxDecode > maxDecode {
		c.fault(fmt.Sprintf("must be between 0 and %d", maxDecode), "limits", "max_decode")
	}
	c.oneOf(l.SlowRules, []string{slowAllow, slowRefuse}, "limits", "slow_rules")
}

func (c *checker) ruleFaults() {
	for n, written := range c.p.Rules {
		r := &c.rules[c.index[written.ID]]
		for _, err := range r.Lint() {
			// Lint names rule and key; the place of the rule says which one it is.
			_, text, _ := strings.Cut(err.Error(), ": ")
			key, _, _ := strings.Cut(text, ":")
			c.fault(strings.TrimPrefix(text, key+": "), "rules", n, key)
		}
		if slices.Contains(rule.Classes(), rule.Class(r.ID)) || slices.Contains(packs, r.ID) || r.ID == action.FieldID || r.ID == action.ContainedID {
			c.fault("is the name of a class or pack, or a word that masks bear: choose another", "rules", n, "id")
		}
		for i, name := range written.Validators {
			if _, ok := validate.Lookup(name); !ok {
				c.fault("unknown validator; known are "+sentence(validate.Names()), "rules", n, "validators", i)
			}
		}
	}
}

// ruleExamples holds the rules that the policy writes or changes to their own
// examples. Those of the catalogue are held to theirs before it ships.
func (c *checker) ruleExamples() {
	written := make([]rule.Rule, len(c.p.Rules))
	for n, r := range c.p.Rules {
		written[n] = c.rules[c.index[r.ID]]
	}
	engine, err := detect.Compile(written)
	if err != nil {
		return // a fault that ruleFaults has named
	}
	c.slowRules(engine)
	unmark := strings.NewReplacer("«", "", "»", "")
	for n := range written {
		want := detect.NewSet(len(written))
		want.Add(n)
		for i, example := range written[n].Examples.Match {
			text := detect.Text{Text: unmark.Replace(example), Want: want, MaxDepth: c.p.Limits.MaxDepth, MaxDecode: c.p.Limits.MaxDecode}
			if len(engine.Scan(nil, []detect.Text{text})) == 0 {
				c.fault("the rule does not find this example: correct the pattern or the example", "rules", n, "examples", "match", i)
			}
		}
	}
}

func (c *checker) modes(modes map[string]string, at ...any) {
	for _, name := range slices.Sorted(maps.Keys(modes)) {
		here := append(slices.Clone(at), name)
		if !c.isClass(name) && !c.isRule(name) && !slices.Contains(c.packs, name) {
			c.fault("no pack, class or rule has this name: see airtight rules list", here...)
			continue
		}
		c.oneOf(modes[name], []string{"enforce", "shadow"}, here...)
	}
}

func (c *checker) isClass(name string) bool { return slices.Contains(rule.Classes(), rule.Class(name)) }

func (c *checker) isRule(name string) bool { _, ok := c.index[name]; return ok }

func (c *checker) actions(actions map[string]string, at ...any) {
	for _, name := range slices.Sorted(maps.Keys(actions)) {
		here := append(slices.Clone(at), name)
		i, isRule := c.index[name]
		if !isRule && !c.isClass(name) {
			c.fault("no class or rule has this name: see airtight rules list", here...)
			continue
		}
		k, ok := action.Parse(actions[name])
		switch {
		case !ok:
			c.fault("unknown action; use mask, partial, token, drop or drop_record", here...)
		case k == action.Seal:
			c.fault("seal comes with a later version: use mask or token", here...)
		case isRule:
			c.ruleAction(&c.rules[i], k, here)
		default:
			c.classAction(rule.Class(name), k, here)
		}
	}
}

func (c *checker) ruleAction(r *rule.Rule, k action.Kind, at []any) {
	if k == action.Partial && r.Class == rule.Secret {
		c.fault("partial is never for secrets: use mask or token", at...)
	}
	if (k == action.Partial || k == action.Token) && authenticationData(r) {
		c.fault(k.String()+" is never for CVV, PIN and track data: use mask or drop", at...)
		return
	}
	if k == action.Token {
		c.needsKeyring(at)
		if !c.p.AcknowledgeLowEntropy && lowEntropy(r) {
			c.lowEntropy(at)
		}
	}
}

func (c *checker) classAction(class rule.Class, k action.Kind, at []any) {
	switch {
	case k == action.Partial && class == rule.Secret:
		c.fault("partial is never for secrets: use mask or token", at...)
	case k == action.Token:
		c.needsKeyring(at)
		if c.p.AcknowledgeLowEntropy {
			return
		}
		if slices.Contains(lowEntropyClasses, class) {
			c.lowEntropy(at)
			return
		}
		for i := range c.rules {
			if r := &c.rules[i]; r.Class == class && !authenticationData(r) && lowEntropy(r) {
				c.low = append(c.low, r.ID)
			}
		}
	}
}

func (c *checker) needsKeyring(at []any) {
	if c.p.Keyring == "" {
		c.fault("token needs a key: set keyring to the path of a keyring file (airtight keys new makes one)", at...)
	}
}

func (c *checker) lowEntropy(at []any) {
	c.fault("its values come from a space under 2^40, so who can have texts tokenised finds a value by trying them all: use mask, or set acknowledge_low_entropy: true", at...)
}

func (c *checker) fields(f Fields, at ...any) {
	list := func(name string, entries []string, stars bool) {
		for i, s := range entries {
			here := append(slices.Clone(at), name, i)
			switch {
			case s == "" || s != strings.TrimSpace(s):
				c.fault("must be a field's name without space around it", here...)
			case !stars && strings.Contains(s, "*"):
				c.fault("takes no *: write "+map[string]string{"leave": "the exact full path", "mask": "a word of the key"}[name], here...)
			case stars && strings.Trim(s, "*.") == "":
				c.fault("covers every field: name the fields", here...)
			}
		}
	}
	list("mask", f.Mask, false)
	list("drop", f.Drop, true)
	list("leave", f.Leave, false)
	list("only", f.Only, true)
}

func (c *checker) allowLine(a Allow, i int) {
	if a.Value == "" {
		c.fault("has no value: give the whole value to exempt", "allow", i)
	}
	if strings.TrimSpace(a.Reason) == "" {
		c.fault("has no reason: say why this value may stand", "allow", i)
	}
	if a.Rule != "" && !c.isRule(a.Rule) {
		c.fault("no rule has this id: see airtight rules list", "allow", i, "rule")
	}
	if !a.Expires.IsZero() && !c.now.Before(a.Expires.Time) {
		c.warn("has expired and no longer applies: take the line out or renew it", "allow", i, "expires")
	}
}

func (c *checker) override(o Override, i int) {
	if len(o.Match) == 0 {
		c.fault("matches nothing: give match at least one resource attribute", "overrides", i)
	}
	for _, key := range slices.Sorted(maps.Keys(o.Match)) {
		if key == "" || o.Match[key] == "" {
			c.fault("needs a resource attribute and a pattern for its value, such as service.name: web-*", "overrides", i, "match", key)
		}
	}
	if o.Mode != "" {
		c.oneOf(o.Mode, []string{"enforce", "shadow"}, "overrides", i, "mode")
	}
	if o.Packs != nil {
		c.packList(*o.Packs, "overrides", i, "packs")
	}
	c.modes(o.Modes, "overrides", i, "modes")
	c.actions(o.Actions, "overrides", i, "actions")
	c.fields(o.Fields, "overrides", i, "fields")
	c.contain(o.Contain, true, "overrides", i, "contain")
}
