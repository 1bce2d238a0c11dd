// Package configguard builds the gate from a component's configuration, as
// configgrpc builds a server: the keys of a policy inline, a policy file layered
// over them, and the reload of that file while telemetry flows.
package configguard

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/collector/confmap"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/yamldoc"
)

// What a component does that starts with a policy it can't use.
const (
	// Refuse ends the start with the error.
	Refuse = "refuse"
	// Tombstone starts without a policy: every text becomes a tombstone till a
	// reload brings a good one. It is for sidecars, which must never keep an
	// application from starting.
	Tombstone = "tombstone"
)

// Config is the configuration of a component that owns a gate. Its keys stand
// beside the policy's own, which package policy describes:
//
//	processors:
//	  airtight:
//	    packs: [secrets, payment]
//	    policy_file: /etc/airtight/policy.yaml
//	    on_bad_policy: refuse
//
// The zero value is not ready for use: begin with Default.
type Config struct {
	// PolicyFile is a policy file to layer over the inline keys; it is watched.
	PolicyFile string `mapstructure:"policy_file" koanf:"policy_file"`
	// OnBadPolicy is Refuse or Tombstone.
	OnBadPolicy string `mapstructure:"on_bad_policy" koanf:"on_bad_policy"`
	// Hub names the in-process hub that findings are published to.
	Hub string `mapstructure:"hub" koanf:"hub"`
	// Destinations name the exporters behind the component, for its findings.
	Destinations []string `mapstructure:"destinations" koanf:"destinations"`
	// Inline holds the policy's keys as they stand in the configuration.
	Inline map[string]any `mapstructure:"-"`

	// fault is what Unmarshal found wrong with the component's own keys.
	fault error
	// loaded is the state of the files before Load last read them.
	loaded state
}

// Default is the configuration where none is written: the default policy.
func Default() *Config {
	return &Config{OnBadPolicy: Refuse, Hub: "default"}
}

var ownKeys = []string{"policy_file", "on_bad_policy", "hub", "destinations"}

// Unmarshal implements confmap.Unmarshaler. It takes every key in; what is wrong
// with them Validate and Load report, so that the Collector prints one sentence
// after the component's name and not a decoder's report.
func (c *Config) Unmarshal(conf *confmap.Conf) error {
	own, inline := map[string]any{}, map[string]any{}
	for key, v := range conf.ToStringMap() {
		if slices.Contains(ownKeys, key) {
			own[key] = v
		} else {
			inline[key] = v
		}
	}
	c.Inline, c.fault = inline, nil
	if faults := yamldoc.Decode(own, c); len(faults) > 0 {
		c.fault = fmt.Errorf("%s: %s", faults[0].Path, faults[0].Text)
	}
	return nil
}

// unknownKey names the component's keys too, which package policy can't.
func (c *Config) unknownKey() error {
	known := policy.Keys()
	unknown := make([]string, 0, 1)
	for key := range c.Inline {
		if !slices.Contains(known, key) {
			unknown = append(unknown, key)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	slices.Sort(unknown)
	return fmt.Errorf("%s: unknown key; known here are %s", yamldoc.Path{unknown[0]}, strings.Join(slices.Concat(ownKeys, known), ", "))
}

// ownFault is what is wrong with the component's own keys.
func (c *Config) ownFault() error {
	switch {
	case c.fault != nil:
		return c.fault
	case c.OnBadPolicy != Refuse && c.OnBadPolicy != Tombstone:
		return errors.New("on_bad_policy: must be refuse or tombstone")
	case c.Hub == "":
		return errors.New("hub: must not be empty: leave the key out for the default hub")
	}
	for i, d := range c.Destinations {
		if d == "" {
			return fmt.Errorf("destinations[%d]: must not be empty", i)
		}
	}
	return nil
}

// Validate implements confmap.Validator. A key that is neither the component's nor
// the policy's is an error that names its path, and so is a value of the wrong
// type or without meaning. Validate loads the policy with all the files
// it names, so that what would stop the start is known before; under
// on_bad_policy: tombstone, where nothing would, it looks at the component's own
// keys only.
func (c *Config) Validate() error {
	if err := c.ownFault(); err != nil || c.OnBadPolicy == Tombstone {
		return err
	}
	_, err := c.Load(time.Now())
	return err
}

// Load reads the policy, its file and its keyring, and compiles it against the
// catalogue of this build. The error names file, line and key, or the inline key
// path, and never a value. What to do with it OnBadPolicy says: Refuse, or start
// the gate without a policy. Load must not be called concurrently, nor after Watch.
func (c *Config) Load(now time.Time) (*policy.Compiled, error) {
	compiled, st, err := c.load(now)
	c.loaded = st
	return compiled, err
}

// load also returns the state of the files as it was before they were read.
func (c *Config) load(now time.Time) (*policy.Compiled, state, error) {
	st := stateOf(c.PolicyFile)
	if err := c.ownFault(); err != nil {
		return nil, st, err
	}
	if err := c.unknownKey(); err != nil {
		return nil, st, err
	}
	from := []policy.Layer{policy.Inline(c.Inline)}
	if c.PolicyFile != "" {
		layer, err := policy.File(c.PolicyFile)
		if err != nil {
			return nil, st, err
		}
		from = append(from, layer)
	}
	p, err := policy.Parse(from...)
	if err != nil {
		return nil, st, err
	}
	st.add(p.Keyring)
	catalogue, err := shippedCatalogue()
	if err != nil {
		return nil, st, err
	}
	compiled, err := policy.Compile(p, catalogue, now)
	if err == nil && compiled.Ring != nil {
		st.expires = compiled.Ring.NextChange(now)
	}
	return compiled, st, err
}

// shippedCatalogue reads the catalogue of this build, once.
var shippedCatalogue = sync.OnceValues(func() (*rule.Catalogue, error) { return rule.Load(configs.Rules()) })
