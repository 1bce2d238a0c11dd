// Package policy says what is done where: which rules look at which fields, and
// which action a finding meets. Policy is a policy as people write it; Compile
// checks it and makes the form the gate asks.
//
// A policy is read in layers, later over earlier: the built-in default, the keys
// given inline, the policy file. Scalars replace; actions, modes, limits and
// contain merge key by key; rules merge by id; the lists under fields, allow and overrides
// append; packs and trusted_key_ids replace.
package policy

import (
	"errors"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/airtight-telemetry/airtight/internal/rule"
)

// Policy is a policy as it is written. A Policy from Parse remembers where each
// key was written, for the errors of Compile.
type Policy struct {
	// Mode is enforce, or shadow: count and report, change nothing.
	Mode string `koanf:"mode"`
	// Modes sets the mode of one pack, class or rule by its name. The nearest to a
	// rule decides: rule, class, pack, then the override's mode, then Mode.
	Modes map[string]string `koanf:"modes"`
	// Packs are the packs whose rules are on.
	Packs []string `koanf:"packs"`
	// Catalogue pins a catalogue version, YYYY.MM: newer rules stay in shadow.
	Catalogue string `koanf:"catalogue"`
	// Strictness says which confidences act: balanced (medium and high) or high.
	Strictness string `koanf:"strictness"`
	// OnError is what becomes of what can't be examined: tombstone or drop_record.
	OnError string `koanf:"on_error"`
	// Limits bound the work one value may cause.
	Limits Limits `koanf:"limits"`
	// Numbers is what a number with a finding becomes: string, zero or drop.
	Numbers string `koanf:"numbers"`
	// Keyring is the path of the keyring file.
	Keyring string `koanf:"keyring"`
	// TrustedKeyIDs are key ids of others whose tokens are left as they are.
	TrustedKeyIDs []string `koanf:"trusted_key_ids"`
	// AcknowledgeLowEntropy allows tokens for values that can be found by trying
	// them all.
	AcknowledgeLowEntropy bool `koanf:"acknowledge_low_entropy"`
	// Actions by class or rule id; a rule's beats its class's. The default is mask.
	Actions map[string]string `koanf:"actions"`
	// Fields decide by a field's name, before anything is examined.
	Fields Fields `koanf:"fields"`
	// Rules are the policy's own. One with the id of a catalogue rule changes that
	// rule: the keys it gives replace the catalogue's.
	Rules []rule.Rule `koanf:"rules"`
	// Contain says when a source is masked whole for a time.
	Contain Contain `koanf:"contain"`
	// Allow exempts single values.
	Allow []Allow `koanf:"allow"`
	// Overrides change the policy for some resources; the first that matches wins.
	Overrides []Override `koanf:"overrides"`

	layers layers
}

// Fields are lists of attribute names: paths, with the keys of nested maps joined
// by dots. Where several apply the strictest wins: drop, mask, only, leave.
type Fields struct {
	// Mask lists words: a field whose key or path holds them, in whatever case or
	// notation, is masked whole. "token" is not in tokenizer.
	Mask []string `koanf:"mask"`
	// Drop lists paths of fields to remove; * stands for any run of characters.
	Drop []string `koanf:"drop"`
	// Leave lists exact paths that are left alone but for high-confidence secrets.
	Leave []string `koanf:"leave"`
	// Only, unless it is empty, lists the paths of the attributes that may stay,
	// resource and scope attributes included; * stands for any run of characters.
	Only []string `koanf:"only"`
}

// Limits bound the work one value may cause.
type Limits struct {
	// MaxValue is the size above which a value is scanned in chunks.
	MaxValue Size `koanf:"max_value"`
	// MaxDepth is how deep values may be nested.
	MaxDepth int `koanf:"max_depth"`
	// MaxDecode is how many encodings are undone, one inside the other.
	MaxDecode int `koanf:"max_decode"`
	// SlowRules says whether rules with neither a literal nor a shape, which are run over
	// every text, may be: allow (with a warning) or refuse. The catalogue's own are.
	SlowRules string `koanf:"slow_rules"`
}

// Allow exempts one value from masking, and not the text around it.
type Allow struct {
	// Value is the whole value, as it stands in the text.
	Value string `koanf:"value"`
	// Reason is for whoever reads the policy next.
	Reason string `koanf:"reason"`
	// Expires is the day (UTC) from which the line no longer applies; zero never.
	Expires Date `koanf:"expires"`
	// Rule, if given, limits the line to findings of one rule.
	Rule string `koanf:"rule"`
}

// Override changes the policy for the resources it matches.
type Override struct {
	// Match maps resource attributes to patterns for their whole value, in which *
	// stands for any run of characters. All must hold; an attribute the resource
	// lacks does not.
	Match map[string]string `koanf:"match"`
	// Packs, if given, replaces the policy's.
	Packs *[]string `koanf:"packs"`
	// Mode, if given, replaces the policy's.
	Mode string `koanf:"mode"`
	// Modes and Actions merge over the policy's, key by key.
	Modes   map[string]string `koanf:"modes"`
	Actions map[string]string `koanf:"actions"`
	// Fields are added to the policy's.
	Fields Fields `koanf:"fields"`
	// Contain replaces the policy's, key by key.
	Contain Contain `koanf:"contain"`
}

// Default is the policy where none is written.
func Default() *Policy {
	return &Policy{
		Mode:       "enforce",
		Packs:      []string{"secrets", "payment", "identity", "contact", "telemetry"},
		Strictness: "balanced",
		OnError:    "tombstone",
		Limits:     Limits{MaxValue: 4 << 20, MaxDepth: 32, MaxDecode: 3, SlowRules: slowAllow},
		Numbers:    "string",
		Contain:    defaultContain(),
	}
}

// defaultLayer is Default as a layer to read others over.
func defaultLayer() map[string]any {
	d := Default()
	packs := make([]any, len(d.Packs))
	for i, p := range d.Packs {
		packs[i] = p
	}
	return map[string]any{
		"mode": d.Mode, "packs": packs, "strictness": d.Strictness, "on_error": d.OnError, "numbers": d.Numbers,
		"limits":  map[string]any{"max_value": int(d.Limits.MaxValue), "max_depth": d.Limits.MaxDepth, "max_decode": d.Limits.MaxDecode, "slow_rules": d.Limits.SlowRules},
		"contain": map[string]any{"over": *d.Contain.Over, "within": d.Contain.Within.String(), "for": d.Contain.For.String(), "orders": d.Contain.Orders},
	}
}

// Size is a number of bytes, written as 4MiB, 64KiB, 1MB or plainly.
type Size int64

var units = []struct {
	suffix string
	factor float64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1},
}

// FromScalar implements yamldoc.Scalar.
func (s *Size) FromScalar(v any) error {
	switch v := v.(type) {
	case int:
		*s = Size(v)
		return nil
	case string:
		number, factor := strings.TrimSpace(v), 1.0
		for _, u := range units {
			if n, ok := strings.CutSuffix(number, u.suffix); ok {
				number, factor = strings.TrimSpace(n), u.factor
				break
			}
		}
		if f, err := strconv.ParseFloat(number, 64); err == nil && f >= 0 && f*factor < math.MaxInt32 {
			*s = Size(f * factor)
			return nil
		}
	}
	return errors.New("expected a size below 2GiB such as 4MiB, 64KiB or a number of bytes")
}

// Date is a day, in UTC.
type Date struct{ time.Time }

// FromScalar implements yamldoc.Scalar.
func (d *Date) FromScalar(v any) error {
	switch v := v.(type) {
	case time.Time:
		d.Time = v.UTC()
		return nil
	case string:
		if t, err := time.Parse(time.DateOnly, v); err == nil {
			d.Time = t
			return nil
		}
	}
	return errors.New("expected a date such as 2027-03-01")
}

// Keys lists the keys of a policy.
func Keys() []string {
	t := reflect.TypeFor[Policy]()
	keys := make([]string, 0, t.NumField())
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("koanf"); key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}
