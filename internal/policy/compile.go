package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/airtight-telemetry/airtight/internal/action"
	"github.com/airtight-telemetry/airtight/internal/detect"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/keyring"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// OnError is what becomes of what can't be examined.
type OnError uint8

// The ways to fail; there is none that lets a value pass.
const (
	OnErrorTombstone  OnError = iota // a tombstone takes the value's place
	OnErrorDropRecord                // the record goes
)

// Numbers is what becomes of a number with a finding.
type Numbers uint8

// What a number may become.
const (
	NumbersString Numbers = iota // a masked string
	NumbersZero                  // 0, of the same type
	NumbersDrop                  // nothing: the field goes
)

// Compiled is a policy in the form the gate asks. It is immutable and safe for
// concurrent use, and so are its scopes.
type Compiled struct {
	// Rules are all rules any scope may use: the catalogue's, changed by those of
	// the policy with the same id, then the policy's own. A rule's index here is its
	// index in the detection engine and in every Set.
	Rules []rule.Rule
	// Fingerprint tells policies apart: 16 hex digits of a hash of everything the
	// policy says. Key material is no part of it.
	Fingerprint string
	// Catalogue is the version of the catalogue compiled in.
	Catalogue string
	Limits    Limits
	OnError   OnError
	Numbers   Numbers
	// Ring is the keyring, or nil where the policy names none.
	Ring *keyring.Ring
	// TrustedKeyIDs are key ids of others whose replacements are left as they are.
	TrustedKeyIDs []string
	// Warnings are sentences on what a reader of the policy may not expect.
	Warnings []string

	base      *Scope
	overrides []compiledOverride
	allow     map[string][]allowed
	ignore    []ignored
}

// Scope is a policy as it holds for some resources.
type Scope struct {
	// Override is the index of the override it comes from, or -1.
	Override int

	want, keyWant, leaveWant detect.Set
	outcomes                 []Outcome
	fields                   *fieldLists
	enforce                  bool
	contain                  Containing
}

// Outcome is what follows from a finding of one rule.
type Outcome struct {
	Action action.Kind
	// Enforce is false in shadow mode: the finding is reported and the text left.
	Enforce bool
	// MinConfidence is the least confidence that acts; below it a finding is no
	// more than counted.
	MinConfidence rule.Confidence
	// Fingerprint says whether a fingerprint of the value may be made: not of CVV,
	// PIN and track data, nor of payment values where parts of them stay readable.
	Fingerprint bool
}

type compiledOverride struct {
	match []attrMatch
	scope *Scope
}

type attrMatch struct {
	key   string
	value glob
}

type allowed struct {
	rule    int // -1: all
	expires time.Time
}

type ignored struct {
	literals map[string]bool
	patterns []*regexp.Regexp
}

// Compile checks a policy against a catalogue and makes it ready for use. It
// reads the policy's keyring. The error is an *InvalidError and names every fault
// with its place and cure, but no value. now decides which keys are valid and
// which allow lines are reported as expired.
func Compile(p *Policy, cat *rule.Catalogue, now time.Time) (*Compiled, error) {
	c := &Compiled{
		Catalogue:     cat.Version,
		Limits:        p.Limits,
		TrustedKeyIDs: slices.Clone(p.TrustedKeyIDs),
		Fingerprint:   fingerprint(p),
	}
	check := newChecker(p, cat, now)
	check.policy()
	if p.Keyring != "" {
		ring, err := keyring.Load(p.Keyring, now)
		if err != nil {
			check.fault(err.Error(), "keyring")
		}
		c.Ring = ring
	}
	shapes, err := builtInNeverScan()
	if err != nil {
		return nil, err
	}
	if _, err := structural(); err != nil {
		return nil, err
	}
	if err := check.invalid.orNil(); err != nil {
		return nil, err
	}
	c.Rules = check.rules
	c.OnError = map[string]OnError{"tombstone": OnErrorTombstone, "drop_record": OnErrorDropRecord}[p.OnError]
	c.Numbers = map[string]Numbers{"string": NumbersString, "zero": NumbersZero, "drop": NumbersDrop}[p.Numbers]
	c.exemptions(p)

	b := builder{checker: check, shapes: shapes, partial: partialPayment(p, check.rules)}
	top := settings{mode: p.Mode, modes: p.Modes, packs: p.Packs, actions: p.Actions, fields: p.Fields, contain: p.Contain}
	c.base = b.scope(top, -1)
	for i, o := range p.Overrides {
		c.overrides = append(c.overrides, compiledOverride{matches(o.Match), b.scope(top.under(o), i)})
	}
	c.Warnings = check.warnings
	return c, nil
}

// For is the scope for a resource: that of the first override that matches, else
// the policy's. It allocates nothing.
func (c *Compiled) For(res field.Resource) *Scope {
	for i := range c.overrides {
		if c.overrides[i].matches(res) {
			return c.overrides[i].scope
		}
	}
	return c.base
}

// Scopes returns every scope: the policy's own and then each override's.
func (c *Compiled) Scopes() []*Scope {
	out := []*Scope{c.base}
	for _, o := range c.overrides {
		out = append(out, o.scope)
	}
	return out
}

// Allowed reports whether the value found by rule i is exempt at now: by a line
// of the policy's allow list that has not expired, or by the rule's ignore_values.
// Only the value itself is exempt, not the text around it.
func (c *Compiled) Allowed(i int, value string, now time.Time) bool {
	for _, a := range c.allow[value] {
		if (a.rule < 0 || a.rule == i) && (a.expires.IsZero() || now.Before(a.expires)) {
			return true
		}
	}
	ig := &c.ignore[i]
	if ig.literals[value] {
		return true
	}
	for _, re := range ig.patterns {
		if re.MatchString(value) {
			return true
		}
	}
	return false
}

// Want is the set of rules that are on, in shadow or not. It must not be changed.
func (s *Scope) Want() detect.Set { return s.want }

// KeyWant is the set of rules for the keys of attributes and maps: those of Want but
// for host names, which a dotted key such as k8s.pod.name looks just like. It must
// not be changed.
func (s *Scope) KeyWant() detect.Set { return s.keyWant }

// LeaveWant is the set of rules for fields the policy leaves alone: those for
// secrets that go by the value itself. What they find there acts only at high
// confidence. It must not be changed.
func (s *Scope) LeaveWant() detect.Set { return s.leaveWant }

// Rule is the outcome of a finding of rule i.
func (s *Scope) Rule(i int) Outcome { return s.outcomes[i] }

// Place is what the field lists say of a place; k tells values from keys. For a
// place in shadow mode see Enforce. It allocates nothing for a place seen before.
func (s *Scope) Place(p field.Place, k field.Kind) Decision { return s.fields.place(p, k) }

// MasksKey reports whether fields.mask covers a key, or path, found inside a text,
// as in a JSON body.
func (s *Scope) MasksKey(path string) bool { return s.fields.masks(path) }

// MasksKeys reports whether MasksKey covers any key at all.
func (s *Scope) MasksKeys() bool { return s.fields.mask.Len() > 0 || len(s.fields.maskExact) > 0 }

// Enforce reports whether the scope's mode is enforce, and so whether its field
// lists act. Single rules may differ: see Rule.
func (s *Scope) Enforce() bool { return s.enforce }

func matches(m map[string]string) []attrMatch {
	out := make([]attrMatch, 0, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, attrMatch{k, glob(m[k])})
	}
	return out
}

func (o *compiledOverride) matches(res field.Resource) bool {
	for i := range o.match {
		if !o.match[i].holds(res.Attrs) {
			return false
		}
	}
	return true
}

func (m *attrMatch) holds(attrs []field.Attr) bool {
	for i := range attrs {
		if attrs[i].Key == m.key {
			return m.value.match(attrs[i].Value)
		}
	}
	return false
}

func (c *Compiled) exemptions(p *Policy) {
	index := make(map[string]int, len(c.Rules))
	c.ignore = make([]ignored, len(c.Rules))
	for i := range c.Rules {
		index[c.Rules[i].ID] = i
		ig := ignored{literals: map[string]bool{}}
		for _, v := range c.Rules[i].IgnoreValues {
			if expr, ok := rule.Expression(v); ok {
				ig.patterns = append(ig.patterns, regexp.MustCompile(expr)) // linted
			} else {
				ig.literals[v] = true
			}
		}
		c.ignore[i] = ig
	}
	c.allow = make(map[string][]allowed, len(p.Allow))
	for _, a := range p.Allow {
		r := -1
		if a.Rule != "" {
			r = index[a.Rule]
		}
		c.allow[a.Value] = append(c.allow[a.Value], allowed{r, a.Expires.Time})
	}
}

// settings are what an override can change.
type settings struct {
	mode    string
	modes   map[string]string
	packs   []string
	actions map[string]string
	fields  Fields
	contain Contain
}

// under is what the settings become under an override.
func (s settings) under(o Override) settings {
	if o.Mode != "" {
		s.mode = o.Mode
	}
	if o.Packs != nil {
		s.packs = *o.Packs
	}
	s.modes = overText(s.modes, o.Modes)
	s.actions = overText(s.actions, o.Actions)
	s.fields = Fields{
		Mask:  slices.Concat(s.fields.Mask, o.Fields.Mask),
		Drop:  slices.Concat(s.fields.Drop, o.Fields.Drop),
		Leave: slices.Concat(s.fields.Leave, o.Fields.Leave),
		Only:  slices.Concat(s.fields.Only, o.Fields.Only),
	}
	s.contain = s.contain.under(o.Contain)
	return s
}

func overText(a, b map[string]string) map[string]string {
	out := make(map[string]string, len(a)+len(b))
	maps.Copy(out, a)
	maps.Copy(out, b)
	return out
}

type builder struct {
	*checker
	shapes  *neverScan
	partial bool
}

func (b *builder) scope(s settings, override int) *Scope {
	sc := &Scope{
		Override:  override,
		want:      detect.NewSet(len(b.rules)),
		keyWant:   detect.NewSet(len(b.rules)),
		leaveWant: detect.NewSet(len(b.rules)),
		outcomes:  make([]Outcome, len(b.rules)),
		enforce:   s.mode == "enforce",
		contain:   s.contain.compiled(),
	}
	var shapes *neverScan
	if slices.Contains(s.packs, telemetryPack) {
		shapes = b.shapes
	}
	sc.fields = newFieldLists(s.fields, shapes)
	least := rule.Medium
	if b.p.Strictness == "high" {
		least = rule.High
	}
	for i := range b.rules {
		r := &b.rules[i]
		if b.on(r, s.packs) {
			sc.want.Add(i)
			if !slices.Contains(r.Validators, "hostname") {
				sc.keyWant.Add(i)
			}
			// A key rule goes by the key, and of that the policy has said to leave it.
			if r.Class == rule.Secret && len(r.Keys) == 0 && r.Confidence != "low" {
				sc.leaveWant.Add(i)
			}
		}
		sc.outcomes[i] = Outcome{
			Action:        b.action(r, s.actions),
			Enforce:       b.mode(r, s) == "enforce",
			MinConfidence: least,
			Fingerprint:   !authenticationData(r) && !(r.Class == rule.Payment && b.partial),
		}
	}
	return sc
}

// on reports whether a rule is on where packs are. A rule of the policy's own
// that names no pack is always on. A rule of the telemetry pack routes a field to
// a class, so it needs the pack of that class too.
func (b *builder) on(r *rule.Rule, packs []string) bool {
	if b.own[r.ID] && r.Pack == "" {
		return true
	}
	pack := packOf(r)
	return slices.Contains(packs, pack) && (pack != telemetryPack || slices.Contains(packs, rule.PackOf(r.Class)))
}

// mode is the mode of one rule: the nearest setting decides. The catalogue pin
// stands between the rule's own and those for many rules.
func (b *builder) mode(r *rule.Rule, s settings) string {
	if m := s.modes[r.ID]; m != "" {
		return m
	}
	if r.Mode != "" {
		return r.Mode
	}
	if b.p.Catalogue != "" && !b.own[r.ID] && r.Since > b.p.Catalogue {
		return "shadow"
	}
	if m := s.modes[string(r.Class)]; m != "" {
		return m
	}
	if m := s.modes[packOf(r)]; m != "" {
		return m
	}
	return s.mode
}

// action is the action on a rule's findings. What a class's action may not be
// done to is masked: partial and token skip authentication data, and token small
// value spaces unless they are acknowledged.
func (b *builder) action(r *rule.Rule, actions map[string]string) action.Kind {
	name, own := actions[r.ID]
	if !own {
		name = actions[string(r.Class)]
	}
	k, ok := action.Parse(name)
	switch {
	case !ok:
		return action.Mask
	case own:
		return k
	case (k == action.Partial || k == action.Token) && authenticationData(r):
		return action.Mask
	case k == action.Token && !b.p.AcknowledgeLowEntropy && lowEntropy(r):
		return action.Mask
	}
	return k
}

func packOf(r *rule.Rule) string {
	if r.Pack != "" {
		return r.Pack
	}
	return rule.PackOf(r.Class)
}

// partialPayment reports whether the policy leaves parts of payment values
// readable anywhere.
func partialPayment(p *Policy, rules []rule.Rule) bool {
	all := []map[string]string{p.Actions}
	for _, o := range p.Overrides {
		all = append(all, o.Actions)
	}
	for _, actions := range all {
		if actions[string(rule.Payment)] == action.Partial.String() {
			return true
		}
		for i := range rules {
			if rules[i].Class == rule.Payment && actions[rules[i].ID] == action.Partial.String() {
				return true
			}
		}
	}
	return false
}

// fingerprint hashes what a policy says, in a form in which it does not matter
// how: the order of packs and lists written out though they are empty.
func fingerprint(p *Policy) string {
	canonical := *p
	canonical.Packs = slices.Sorted(slices.Values(p.Packs))
	canonical.TrustedKeyIDs = given(p.TrustedKeyIDs)
	canonical.Fields = Fields{given(p.Fields.Mask), given(p.Fields.Drop), given(p.Fields.Leave), given(p.Fields.Only)}
	canonical.Contain.Classes = given(slices.Sorted(slices.Values(p.Contain.Classes)))
	canonical.Rules, canonical.Allow, canonical.Overrides = given(p.Rules), given(p.Allow), given(p.Overrides)
	canonical.Modes, canonical.Actions = overText(p.Modes, nil), overText(p.Actions, nil)
	b, err := json.Marshal(canonical)
	if err != nil {
		// Policy holds only text, numbers, dates, maps and lists.
		panic("policy: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// given is list, or nil where it is empty.
func given[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

// sentence joins a list the way people read one.
func sentence(items []string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	return fmt.Sprintf("%s and %s", strings.Join(items[:len(items)-1], ", "), items[len(items)-1])
}
