package configguard

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"

	"github.com/airtight-telemetry/airtight/internal/policy"
)

var (
	_ confmap.Unmarshaler = (*Config)(nil)
	_ confmap.Validator   = (*Config)(nil)
)

func write(t testing.TB, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t testing.TB, keys map[string]any) (*Config, error) {
	t.Helper()
	c := Default()
	return c, confmap.NewFromStringMap(keys).Unmarshal(c)
}

func TestConfigStruct(t *testing.T) {
	if err := componenttest.CheckConfigStruct(Default()); err != nil {
		t.Error(err)
	}
}

func TestUnmarshal(t *testing.T) {
	c, err := read(t, map[string]any{
		"policy_file": "p.yaml", "hub": "h", "destinations": []any{"otlp/a"}, "on_bad_policy": "tombstone",
		"actions": map[string]any{"payment": "drop"}, "fields": map[string]any{"drop": []any{"a.b"}},
		"overrides": []any{map[string]any{"match": map[string]any{"service.name": "hr"}, "mode": "shadow"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if c.PolicyFile != "p.yaml" || c.Hub != "h" || c.Destinations[0] != "otlp/a" || c.OnBadPolicy != Tombstone || len(c.Inline) != 3 {
		t.Errorf("%+v", c)
	}
	p, err := policy.Parse(policy.Inline(c.Inline))
	if err != nil || p.Actions["payment"] != "drop" || p.Fields.Drop[0] != "a.b" || p.Overrides[0].Match["service.name"] != "hr" {
		t.Errorf("%+v, %v", p, err)
	}
	if c, err := read(t, map[string]any{}); err != nil || c.Hub != "default" || c.OnBadPolicy != Refuse {
		t.Errorf("%+v, %v", c, err)
	}
}

// TestErrors holds what a wrong configuration is answered with. The Collector puts
// the component's name before it.
func TestErrors(t *testing.T) {
	dir := t.TempDir()
	file := func(text string) string { return write(t, filepath.Join(dir, "p.yaml"), text) }
	for _, c := range []struct {
		keys map[string]any
		file string
		want string
	}{
		{map[string]any{"policy_fle": "x"}, "", "policy_fle: unknown key; known here are policy_file, on_bad_policy, hub, destinations, mode, modes, packs, catalogue, strictness, on_error, limits, numbers, keyring, trusted_key_ids, acknowledge_low_entropy, actions, fields, rules, contain, allow, overrides"},
		{map[string]any{"limits": map[string]any{"depth": 1}}, "", "limits.depth: unknown key; known here are max_value, max_depth, max_decode, slow_rules"},
		{map[string]any{"hub": 1}, "", "hub: expected text, found a number: put it in quotes"},
		{map[string]any{"hub": ""}, "", "hub: must not be empty: leave the key out for the default hub"},
		{map[string]any{"destinations": []any{"a", ""}}, "", "destinations[1]: must not be empty"},
		{map[string]any{"on_bad_policy": "ignore"}, "", "on_bad_policy: must be refuse or tombstone"},
		{map[string]any{"mode": "off"}, "", "mode: must be enforce or shadow"},
		{map[string]any{"policy_file": dir + "/none.yaml"}, "", "the policy file can't be read: open " + dir + "/none.yaml: no such file or directory"},
		{map[string]any{}, "", ""},
		{map[string]any{}, "packs: [x]\n", dir + "/p.yaml:1:9: packs[0]: unknown pack; known are secrets, payment, identity, contact, telemetry, network, person, health, genai and location"},
		{map[string]any{}, " \n", dir + "/p.yaml:1:1: the policy file is empty: write at least one key, such as mode: enforce"},
		{map[string]any{"on_bad_policy": "tombstone", "mode": "off"}, "", ""},
		{map[string]any{"on_bad_policy": "tombstone", "modus": "off"}, "packs: [x]\n", ""},
		{map[string]any{"on_bad_policy": "tombstone", "hub": 1}, "", "hub: expected text, found a number: put it in quotes"},
	} {
		if c.file != "" {
			c.keys["policy_file"] = file(c.file)
		}
		cfg, err := read(t, c.keys)
		if err == nil {
			err = confmap.Validate(cfg)
		}
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%v %q:\n got %s\nwant %s", c.keys, c.file, got, c.want)
		}
	}
}

func TestLoadReportsWhatTombstoneTolerates(t *testing.T) {
	c, err := read(t, map[string]any{"on_bad_policy": "tombstone", "modus": "off"})
	if err != nil {
		t.Fatal(err)
	}
	if p, err := c.Load(time.Now()); p != nil || err == nil || !strings.HasPrefix(err.Error(), "modus: unknown key") {
		t.Errorf("%v, %v", p, err)
	}
}
