package main

import (
	"strings"
	"testing"
)

// TestPromote: what enforces, what is held, and that all else stays.
func TestPromote(t *testing.T) {
	hold := map[string]string{"email": "fires often", "phone": "fires often"}
	for name, c := range map[string]struct {
		before, after string
		held          map[string]string
	}{
		"mode alone":         {"mode: shadow", "mode: enforce", nil},
		"comments, CRLF":     {"# a\r\nmode: shadow # b\r\n", "# a\r\nmode: enforce # b\r\n", nil},
		"quoted":             {"mode: 'shadow'\n", "mode: 'enforce'\n", nil},
		"flow, é before":     {"{packs: [], allow: [{value: é, reason: ü}], mode: shadow}", "{packs: [], allow: [{value: é, reason: ü}], mode: enforce}", nil},
		"modes":              {"modes:\n  email: shadow\n  phone: enforce\n", "modes:\n  email: enforce\n  phone: enforce\n", nil},
		"override":           {"overrides:\n  - {match: {a: b}, mode: shadow, modes: {email: shadow}}\n", "overrides:\n  - {match: {a: b}, mode: enforce, modes: {email: enforce}}\n", nil},
		"own rule":           {"rules:\n  - {id: x, mode: shadow}\n", "rules:\n  - {id: x, mode: enforce}\n", nil},
		"a reason is kept":   {"allow:\n  - {value: shadow, reason: shadow}\nmode: shadow\n", "allow:\n  - {value: shadow, reason: shadow}\nmode: enforce\n", nil},
		"held, no modes":     {"mode: shadow\npacks: []\n", "mode: enforce\nmodes:\n  email: shadow # fires often\n  phone: shadow # fires often\npacks: []\n", hold},
		"held, no newline":   {"packs: []\nmode: shadow", "packs: []\nmode: enforce\nmodes:\n  email: shadow # fires often\n  phone: shadow # fires often", hold},
		"held, modes block":  {"mode: shadow\nmodes:\n    a: enforce\n", "mode: enforce\nmodes:\n    email: shadow # fires often\n    phone: shadow # fires often\n    a: enforce\n", hold},
		"held, modes flow":   {"modes: {a: shadow}\n", "modes: {email: shadow, phone: shadow, a: enforce}\n", hold},
		"held, modes empty":  {"mode: shadow\nmodes: {}\n", "mode: enforce\nmodes: {email: shadow, phone: shadow}\n", hold},
		"held, modes null":   {"mode: shadow\nmodes:\npacks: []\n", "mode: enforce\nmodes:\n  email: shadow # fires often\n  phone: shadow # fires often\npacks: []\n", hold},
		"held, all in flow":  {"{mode: shadow}\n", "{modes: {email: shadow, phone: shadow}, mode: enforce}\n", hold},
		"held by name":       {"mode: shadow\nmodes: {email: shadow, phone: shadow}\n", "mode: enforce\nmodes: {email: shadow, phone: shadow}\n", hold},
		"held by its rule":   {"modes: {phone: shadow}\nrules: [{id: email, mode: shadow}]\n", "modes: {phone: shadow}\nrules: [{id: email, mode: shadow}]\n", hold},
		"held, rule unmoded": {"modes: {phone: shadow}\nrules: [{id: email}]\n", "modes: {email: shadow, phone: shadow}\nrules: [{id: email}]\n", hold},
		"no map":             {"- shadow\n", "", nil},
		"an anchor":          {"mode: &m shadow\n", "", nil},
		"an alias":           {"modes: {email: &m shadow, phone: *m}\n", "", nil},
	} {
		after, err := promote([]byte(c.before), c.held)
		switch {
		case c.after == "" && err == nil:
			t.Errorf("%s: no error", name)
		case c.after == "" && !strings.Contains(err.Error(), ":"):
			t.Errorf("%s: an error without its place", name)
		case c.after != "" && (err != nil || string(after) != c.after):
			t.Errorf("%s: error %v, and the policy became\n%s", name, err, after)
		}
	}
}
