package policy

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/airtight-telemetry/airtight/internal/action"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

var testNow = time.Date(2026, 12, 10, 12, 0, 0, 0, time.UTC)

// testCatalogue stands in for the one that ships, so that these tests hold
// whatever it comes to say.
func testCatalogue() *rule.Catalogue {
	return &rule.Catalogue{Version: "2026.12", Rules: []rule.Rule{
		{ID: "acme-api-key", Class: rule.Secret, Pack: "secrets", Pattern: `acme_[a-z0-9]{40}`, Confidence: "high", Since: "2026.11"},
		{ID: "acme-new-key", Class: rule.Secret, Pack: "secrets", Pattern: `acmenew_[a-z0-9]{40}`, Confidence: "high", Since: "2026.12"},
		{ID: "card-cvv", Class: rule.Payment, Pack: "payment", Keys: []string{"cvv"}, Since: "2026.11"},
		{ID: "card-number", Class: rule.Payment, Pack: "payment", Pattern: `\d{13,19}`, Confidence: "low", Since: "2026.11", IgnoreValues: []string{"4111111111111111", "/0+/"}},
		{ID: "email", Class: rule.Contact, Pack: "contact", Pattern: `[a-z]+@[a-z]+\.[a-z]+`, Since: "2026.11"},
		{ID: "password-by-key", Class: rule.Secret, Pack: "secrets", Keys: []string{"password"}, Since: "2026.11"},
		{ID: "person-name", Class: rule.Person, Pack: "person", Keys: []string{"full name"}, Since: "2026.11"},
		{ID: "phone-number", Class: rule.Contact, Pack: "contact", Pattern: `\+\d{7,15}`, Since: "2026.11"},
		{ID: "user-full-name", Class: rule.Person, Pack: "telemetry", Keys: []string{"user full name"}, Since: "2026.11"},
		{ID: "user-hash", Class: rule.Identity, Pack: "telemetry", Keys: []string{"user hash"}, Since: "2026.11"},
	}}
}

func keyringFile(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keyring.yaml")
	body := "keys: [{id: k1, created: 2026-01-01, secret: " + strings.Repeat("QUFB", 11) + "}]\n"
	if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func compileYAML(t testing.TB, text string) (*Compiled, error) {
	t.Helper()
	l, err := YAML("p.yaml", []byte(text))
	if err != nil {
		return nil, err
	}
	p, err := Parse(l)
	if err != nil {
		return nil, err
	}
	return Compile(p, testCatalogue(), testNow)
}

func mustCompile(t testing.TB, text string) *Compiled {
	t.Helper()
	c, err := compileYAML(t, strings.ReplaceAll(text, "KEYRING", keyringFile(t)))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestFaults holds every sentence a wrong policy file is answered with.
func TestFaults(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"mode: [", `p.yaml:1:1: not valid YAML at or just before this line: check indentation, colons and quotes`},
		{"- mode", `p.yaml:1:1: a policy is a map of keys such as packs and rules`},
		{"mode: enforce\nmode: shadow", `p.yaml:2:1: key mode is given twice: keep one`},
		{"a: {b: 1}\n<<: {c: 1}", `p.yaml:2:1: merge keys (<<) are not supported: write the keys out`},
		{"modus: enforce", `p.yaml:1:1: modus: unknown key; known here are mode, modes, packs, catalogue, strictness, on_error, limits, numbers, keyring, trusted_key_ids, acknowledge_low_entropy, actions, fields, rules, contain, allow, overrides`},
		{"limits:\n  max_size: 1", `p.yaml:2:3: limits.max_size: unknown key; known here are max_value, max_depth, max_decode, slow_rules`},
		{"mode: on", `p.yaml:1:1: mode: must be enforce or shadow`},
		{"mode: true", `p.yaml:1:1: mode: expected text, found true or false: put it in quotes`},
		{"modes:\n  netwrok: shadow", `p.yaml:2:3: modes.netwrok: no pack, class or rule has this name: see airtight rules list`},
		{"modes:\n  network: off", `p.yaml:2:3: modes.network: must be enforce or shadow`},
		{"modes:\n  network:", `p.yaml:2:3: modes.network: has no value: give one or take the key out`},
		{"packs: secrets", `p.yaml:1:1: packs: expected a list, found text`},
		{"packs:\n  - secrets\n  - sekrets", `p.yaml:3:5: packs[1]: unknown pack; known are secrets, payment, identity, contact, telemetry, network, person, health, genai and location`},
		{"packs: [secrets, ~]", `p.yaml:1:18: packs[1]: is an empty item: give it a value or take it out`},
		{"catalogue: 2026.10", `p.yaml:1:1: catalogue: expected text, found a number: put it in quotes`},
		{`catalogue: "2026.13"`, `p.yaml:1:1: catalogue: must be a catalogue version such as "2026.12"`},
		{"strictness: low", `p.yaml:1:1: strictness: must be balanced or high`},
		{"on_error: quarantine", `p.yaml:1:1: on_error: quarantine comes with a later version: use tombstone or drop_record`},
		{"on_error: pass", `p.yaml:1:1: on_error: there is no pass, what can't be examined never leaves: use tombstone or drop_record`},
		{"on_error: ignore", `p.yaml:1:1: on_error: must be tombstone or drop_record`},
		{"numbers: mask", `p.yaml:1:1: numbers: must be string or zero or drop`},
		{"limits: {max_value: 4 megs}", `p.yaml:1:10: limits.max_value: expected a size below 2GiB such as 4MiB, 64KiB or a number of bytes`},
		{"limits: {max_value: 1KiB}", `p.yaml:1:10: limits.max_value: must be between 16KiB and 1GiB`},
		{"limits: {max_depth: 0}", `p.yaml:1:10: limits.max_depth: must be between 1 and 256`},
		{"limits: {max_depth: deep}", `p.yaml:1:10: limits.max_depth: expected a whole number, found text`},
		{"limits: {max_decode: 9}", `p.yaml:1:10: limits.max_decode: must be between 0 and 8`},
		{"limits: {slow_rules: never}", `p.yaml:1:10: limits.slow_rules: must be allow or refuse`},
		{"limits: {slow_rules: refuse}\nrules: [{id: acme-id, class: identity, pattern: '[a-z]+\\d+[a-z]*'}]", `p.yaml:2:40: rules[0].pattern: rule acme-id has neither a literal nor a shape to be found by and goes to the slow lane (about 10.2 µs a KiB of every text): give it keywords or keys, or letters in its pattern that every match holds, or set limits.slow_rules: allow`},
		{"keyring: /nowhere/keyring.yaml", `p.yaml:1:1: keyring: /nowhere/keyring.yaml: there is no keyring here: make one with airtight keys new, or correct the path`},
		{"trusted_key_ids: [K-1]", `p.yaml:1:19: trusted_key_ids[0]: must be a key id: 1 to 16 of a-z and 0-9`},
		{"acknowledge_low_entropy: maybe", `p.yaml:1:1: acknowledge_low_entropy: expected true or false, found text`},
		{"actions: {payments: mask}", `p.yaml:1:11: actions.payments: no class or rule has this name: see airtight rules list`},
		{"actions: {payment: encrypt}", `p.yaml:1:11: actions.payment: unknown action; use mask, partial, token, drop or drop_record`},
		{"actions: {payment: none}", `p.yaml:1:11: actions.payment: unknown action; use mask, partial, token, drop or drop_record`},
		{"actions: {secret: seal}", `p.yaml:1:11: actions.secret: seal comes with a later version: use mask or token`},
		{"actions: {secret: partial}", `p.yaml:1:11: actions.secret: partial is never for secrets: use mask or token`},
		{"actions: {acme-api-key: partial}", `p.yaml:1:11: actions.acme-api-key: partial is never for secrets: use mask or token`},
		{"actions: {card-cvv: partial}", `p.yaml:1:11: actions.card-cvv: partial is never for CVV, PIN and track data: use mask or drop`},
		{"keyring: KEYRING\nacknowledge_low_entropy: true\nactions: {card-cvv: token}", `p.yaml:3:11: actions.card-cvv: token is never for CVV, PIN and track data: use mask or drop`},
		{"actions: {contact: token}", `p.yaml:1:11: actions.contact: token needs a key: set keyring to the path of a keyring file (airtight keys new makes one)`},
		{"keyring: KEYRING\nactions: {identity: token}", `p.yaml:2:11: actions.identity: its values come from a space under 2^40, so who can have texts tokenised finds a value by trying them all: use mask, or set acknowledge_low_entropy: true`},
		{"keyring: KEYRING\nactions: {phone-number: token}", `p.yaml:2:11: actions.phone-number: its values come from a space under 2^40, so who can have texts tokenised finds a value by trying them all: use mask, or set acknowledge_low_entropy: true`},
		{"fields: {mask: [password, 'pass*']}", `p.yaml:1:27: fields.mask[1]: takes no *: write a word of the key`},
		{"fields: {leave: ['app.*']}", `p.yaml:1:18: fields.leave[0]: takes no *: write the exact full path`},
		{"fields: {drop: ['*']}", `p.yaml:1:17: fields.drop[0]: covers every field: name the fields`},
		{"fields: {only: [' a']}", `p.yaml:1:17: fields.only[0]: must be a field's name without space around it`},
		{"fields: {hide: [a]}", `p.yaml:1:10: fields.hide: unknown key; known here are mask, drop, leave, only`},
		{"rules:\n  - class: identity\n    pattern: a", `p.yaml:2:5: rules[0]: has no id: give it one in kebab-case`},
		{"rules:\n  - {id: a-b, class: identity, pattern: x1}\n  - {id: a-b, class: identity, pattern: x2}", `p.yaml:3:6: rules[1].id: is the id of an earlier rule: give every rule its own`},
		{"rules:\n  - {id: a-b, pattern: x1}", `p.yaml:2:5: rules[0].class: must be one of [secret payment identity contact network person health location]`},
		{"rules:\n  - id: a-b\n    class: identity\n    pattern: 'a('", `p.yaml:4:5: rules[0].pattern: RE2 refuses it: missing closing )`},
		{"rules:\n  - {id: A_B, class: identity, pattern: x1}", `p.yaml:2:6: rules[0].id: must be kebab-case, a-z and 0-9, at most 64 bytes`},
		{"rules:\n  - {id: payment, class: payment, pattern: x1}", `p.yaml:2:6: rules[0].id: is the name of a class or pack, or a word that masks bear: choose another`},
		{"rules:\n  - {id: field, class: payment, pattern: x1}", `p.yaml:2:6: rules[0].id: is the name of a class or pack, or a word that masks bear: choose another`},
		{"rules:\n  - {id: a-b, class: identity, pattern: x1, regex: y}", `p.yaml:2:45: rules[0].regex: unknown key; known here are id, class, pack, description, severity, confidence, pattern, keys, literals, keywords, context, validators, ignore_values, examples, doc, revoke, since, mode`},
		{"allow:\n  - {reason: docs}", `p.yaml:2:5: allow[0]: has no value: give the whole value to exempt`},
		{"allow:\n  - {value: a@b.example}", `p.yaml:2:5: allow[0]: has no reason: say why this value may stand`},
		{"allow:\n  - {value: a@b.example, reason: docs, rule: emial}", `p.yaml:2:40: allow[0].rule: no rule has this id: see airtight rules list`},
		{"allow:\n  - {value: a@b.example, reason: docs, expires: soon}", `p.yaml:2:40: allow[0].expires: expected a date such as 2027-03-01`},
		{"overrides:\n  - mode: shadow", `p.yaml:2:5: overrides[0]: matches nothing: give match at least one resource attribute`},
		{"overrides:\n  - {match: {service.name: ''}}", `p.yaml:2:14: overrides[0].match.service.name: needs a resource attribute and a pattern for its value, such as service.name: web-*`},
		{"overrides:\n  - {match: {service.name: hr}, mode: off}", `p.yaml:2:33: overrides[0].mode: must be enforce or shadow`},
		{"overrides:\n  - {match: {service.name: hr}, packs: [all]}", `p.yaml:2:41: overrides[0].packs[0]: unknown pack; known are secrets, payment, identity, contact, telemetry, network, person, health, genai and location`},
		{"overrides:\n  - {match: {service.name: hr}, actions: {x: mask}}", `p.yaml:2:43: overrides[0].actions.x: no class or rule has this name: see airtight rules list`},
		{"overrides:\n  - {match: {service.name: hr}, fields: {leave: ['*']}}", `p.yaml:2:50: overrides[0].fields.leave[0]: takes no *: write the exact full path`},
		{"overrides:\n  - {match: {service.name: hr}, rules: []}", `p.yaml:2:33: overrides[0].rules: unknown key; known here are match, packs, mode, modes, actions, fields, contain`},
		{"contain: always", `p.yaml:1:1: contain: expected a map, found text`},
		{"contain: {after: 5}", `p.yaml:1:11: contain.after: unknown key; known here are over, within, for, classes, orders`},
		{"contain: {over: -1}", `p.yaml:1:11: contain.over: must be between 0, which is off, and 1000000`},
		{"contain: {over: many}", `p.yaml:1:11: contain.over: expected a whole number, found text`},
		{"contain: {within: 60}", `p.yaml:1:11: contain.within: expected a time span such as 15m, 90s or 1h30m`},
		{"contain: {within: 0s}", `p.yaml:1:11: contain.within: expected a time span such as 15m, 90s or 1h30m`},
		{"contain: {within: 2h}", `p.yaml:1:11: contain.within: must be between 1s and 1h`},
		{"contain: {for: 10ms}", `p.yaml:1:11: contain.for: must be between 1s and 24h`},
		{"contain: {for: 25h}", `p.yaml:1:11: contain.for: must be between 1s and 24h`},
		{"contain: {classes: [secret, key]}", `p.yaml:1:29: contain.classes[1]: must be one of [secret payment identity contact network person health location]`},
		{"contain: {orders: refuse}", `p.yaml:1:11: contain.orders: must be follow or ignore`},
		{"overrides:\n  - {match: {service.name: hr}, contain: {for: 25h}}", `p.yaml:2:43: overrides[0].contain.for: must be between 1s and 24h`},
		{"overrides:\n  - {match: {service.name: hr}, contain: {orders: x}}", `p.yaml:2:43: overrides[0].contain.orders: must be follow or ignore`},
		{"rules:\n  - {id: contained, class: payment, pattern: x1}", `p.yaml:2:6: rules[0].id: is the name of a class or pack, or a word that masks bear: choose another`},
		{"mode: on\nnumbers: x", `p.yaml:1:1: mode: must be enforce or shadow (and 1 more)`},
	} {
		_, err := compileYAML(t, strings.ReplaceAll(c.in, "KEYRING", keyringFile(t)))
		if err == nil {
			t.Errorf("%q: accepted", c.in)
		} else if err.Error() != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.in, err, c.want)
		}
	}
}

// TestInlineFaults: without a file the key path is the place.
func TestInlineFaults(t *testing.T) {
	for _, c := range []struct {
		in   map[string]any
		want string
	}{
		{map[string]any{"modus": "x"}, "modus: unknown key; known here are "},
		{map[string]any{"limits": map[string]any{"max_depth": "x"}}, "limits.max_depth: expected a whole number, found text"},
		{map[string]any{"actions": map[string]any{"payment": "hide"}}, "actions.payment: unknown action; use mask, partial, token, drop or drop_record"},
		{map[string]any{"rules": []any{map[string]any{"id": "a-b", "class": "identity"}}}, "rules[0].pattern: a rule needs a pattern, keys, or both"},
	} {
		p, err := Parse(Inline(c.in))
		if err == nil {
			_, err = Compile(p, testCatalogue(), testNow)
		}
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%v:\n got %v\nwant %s", c.in, err, c.want)
		}
	}
}

// TestFaultsNameTheirLayer: what the file did not write is not blamed on it.
func TestFaultsNameTheirLayer(t *testing.T) {
	inline := map[string]any{
		"actions": map[string]any{"paymnet": "mask"},
		"allow":   []any{map[string]any{"value": "a", "reason": "r"}, map[string]any{"value": "b"}},
		"rules":   []any{map[string]any{"id": "x-y", "class": "identity", "pattern": "x1"}},
	}
	file, err := YAML("p.yaml", []byte("numbers: never\nallow:\n  - {value: c}\nrules:\n  - {id: z-z, class: identity, pattern: 'z('}\n  - {id: x-y, pattern: 'x('}\n"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := Parse(Inline(inline), file)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Compile(p, testCatalogue(), testNow)
	var invalid *InvalidError
	if !errors.As(err, &invalid) {
		t.Fatalf("got %v", err)
	}
	want := []string{
		"p.yaml:1:1: numbers: must be string or zero or drop",
		"p.yaml:6:15: rules[1].pattern: RE2 refuses it: missing closing )",
		"p.yaml:5:32: rules[0].pattern: RE2 refuses it: missing closing )",
		"actions.paymnet: no class or rule has this name: see airtight rules list",
		"allow[1]: has no reason: say why this value may stand",
		"p.yaml:3:5: allow[0]: has no reason: say why this value may stand",
	}
	if got := strings.Join(invalid.Faults, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

func TestWarnings(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{`catalogue: "2027.01"`, "p.yaml:1:1: catalogue: pins a version newer than the catalogue of this build, 2026.12: the pin holds nothing back"},
		{"allow:\n  - {value: a@b.example, reason: docs, expires: 2026-12-10}", "p.yaml:2:40: allow[0].expires: has expired and no longer applies: take the line out or renew it"},
		{"allow: [{value: a@b.example, reason: docs, expires: 2026-12-11}]", ""},
		{"keyring: KEYRING\nactions: {contact: token}", "masked rather than tokenised, for their values could be found by trying them all (acknowledge_low_entropy: true tokenises them): phone-number"},
		{"keyring: KEYRING\nactions: {contact: token}\nacknowledge_low_entropy: true", ""},
		{"rules: [{id: acme-id, class: identity, pattern: '[a-z]+\\d+[a-z]*'}]", "p.yaml:1:40: rules[0].pattern: rule acme-id has neither a literal nor a shape to be found by and goes to the slow lane (about 10.2 µs a KiB of every text): give it keywords or keys, or letters in its pattern that every match holds; limits.slow_rules: refuse keeps such rules out"},
		{"rules: [{id: acme-id, class: identity, pattern: '[a-z]+\\d+[a-z]*', keywords: [badge]}]", ""},
	} {
		if got := strings.Join(mustCompile(t, c.in).Warnings, "\n"); got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.in, got, c.want)
		}
	}
}

func (c *Compiled) ruleNamed(t testing.TB, id string) int {
	t.Helper()
	for i := range c.Rules {
		if c.Rules[i].ID == id {
			return i
		}
	}
	t.Fatalf("no rule %s", id)
	return -1
}

func resource(pairs ...string) field.Resource {
	var r field.Resource
	for i := 0; i < len(pairs); i += 2 {
		r.Attrs = append(r.Attrs, field.Attr{Key: pairs[i], Value: pairs[i+1]})
	}
	return r
}

// describe says what a scope does with a rule: "mask", "mask shadow" or "off".
func describe(s *Scope, i int) string {
	if !s.Want().Has(i) {
		return "off"
	}
	o := s.Rule(i)
	if !o.Enforce {
		return o.Action.String() + " shadow"
	}
	return o.Action.String()
}

func TestRules(t *testing.T) {
	const own = "rules: [{id: badge, class: person, pattern: 'B-[0-9]{6}'}]\n"
	for _, c := range []struct{ policy, rule, want string }{
		{"", "acme-api-key", "mask"},
		{"", "person-name", "off"},
		{"packs: [person]", "person-name", "mask"},
		{"packs: [person]", "acme-api-key", "off"},
		{"packs: []", "acme-api-key", "off"},
		// The telemetry pack needs the pack of the class.
		{"", "user-full-name", "off"},
		{"", "user-hash", "mask"},
		{"packs: [person]", "user-full-name", "off"},
		{"packs: [person, telemetry]", "user-full-name", "mask"},
		// A policy's own rule is on unless it names a pack.
		{own, "badge", "mask"},
		{own + "packs: []", "badge", "mask"},
		{"rules: [{id: badge, class: person, pack: acme, pattern: 'B-[0-9]{6}'}]", "badge", "off"},
		{"rules: [{id: badge, class: person, pack: acme, pattern: 'B-[0-9]{6}'}]\npacks: [acme]", "badge", "mask"},
		{"rules: [{id: person-name, keywords: [name]}]", "person-name", "off"},
		// Actions: a rule's beats its class's.
		{"actions: {payment: partial, card-number: drop}", "card-number", "drop"},
		{"actions: {payment: drop_record}", "card-cvv", "drop_record"},
		{"actions: {payment: partial}", "card-number", "partial"},
		{"actions: {payment: partial}", "card-cvv", "mask"},
		{"actions: {contact: token}\nkeyring: KEYRING", "email", "token"},
		{"actions: {contact: token}\nkeyring: KEYRING", "phone-number", "mask"},
		{"actions: {contact: token}\nkeyring: KEYRING\nacknowledge_low_entropy: true", "phone-number", "token"},
		{"actions: {payment: token}\nkeyring: KEYRING\nacknowledge_low_entropy: true", "card-cvv", "mask"},
		// Modes: rule, class, pack, policy.
		{"mode: shadow", "acme-api-key", "mask shadow"},
		{"mode: shadow\nmodes: {secrets: enforce}", "acme-api-key", "mask"},
		{"modes: {secrets: enforce, secret: shadow}", "acme-api-key", "mask shadow"},
		{"modes: {secret: shadow, acme-api-key: enforce}", "acme-api-key", "mask"},
		{"modes: {telemetry: shadow}", "user-hash", "mask shadow"},
		{"modes: {telemetry: shadow, identity: enforce}", "user-hash", "mask"},
		{"rules: [{id: email, mode: shadow}]", "email", "mask shadow"},
		{"rules: [{id: email, mode: shadow}]\nmodes: {contact: enforce}", "email", "mask shadow"},
		{"rules: [{id: email, mode: shadow}]\nmodes: {email: enforce}", "email", "mask"},
		// The pin: newer rules stay in shadow unless named.
		{`catalogue: "2026.11"`, "acme-new-key", "mask shadow"},
		{`catalogue: "2026.11"`, "acme-api-key", "mask"},
		{`catalogue: "2026.12"`, "acme-new-key", "mask"},
		{"catalogue: \"2026.11\"\nmodes: {secret: enforce}", "acme-new-key", "mask shadow"},
		{"catalogue: \"2026.11\"\nmodes: {acme-new-key: enforce}", "acme-new-key", "mask"},
		{own + `catalogue: "2026.11"`, "badge", "mask"},
	} {
		comp := mustCompile(t, c.policy)
		if got := describe(comp.For(field.Resource{}), comp.ruleNamed(t, c.rule)); got != c.want {
			t.Errorf("%q: %s is %s, want %s", c.policy, c.rule, got, c.want)
		}
	}
}

func TestOverrides(t *testing.T) {
	c := mustCompile(t, `
actions: {payment: drop}
overrides:
  - {match: {service.name: hr, k8s.namespace.name: "team-*"}, packs: [secrets], mode: shadow}
  - {match: {service.name: hr}, actions: {payment: partial}, fields: {drop: [note]}}
  - {match: {service.name: "*"}, modes: {email: shadow}}
`)
	for _, k := range []struct {
		res        field.Resource
		rule, want string
	}{
		{resource(), "email", "mask"},
		{resource("service.name", "hr", "k8s.namespace.name", "team-a"), "email", "off"},
		{resource("service.name", "hr", "k8s.namespace.name", "team-a"), "acme-api-key", "mask shadow"},
		{resource("service.name", "hr", "k8s.namespace.name", "ops"), "card-number", "partial"},
		{resource("service.name", "hr"), "card-number", "partial"},
		{resource("service.name", "web"), "email", "mask shadow"},
		{resource("service.name", "web"), "card-number", "drop"},
		{resource("service.namespace", "hr"), "card-number", "drop"},
	} {
		if got := describe(c.For(k.res), c.ruleNamed(t, k.rule)); got != k.want {
			t.Errorf("%v: %s is %s, want %s", k.res, k.rule, got, k.want)
		}
	}
	if c.For(resource("service.name", "hr", "k8s.namespace.name", "team-a")).Enforce() {
		t.Error("an override in shadow mode enforces its field lists")
	}
	if d := c.For(resource("service.name", "hr")).Place(field.Place{Part: field.Attribute, Key: "note", Path: "note"}, field.String); d.Verdict != Drop {
		t.Errorf("note is %v", d.Verdict)
	}
	if len(c.Scopes()) != 4 {
		t.Errorf("%d scopes", len(c.Scopes()))
	}
}

func TestAllowed(t *testing.T) {
	c := mustCompile(t, `
allow:
  - {value: "test@example.com", reason: docs fixture, expires: 2027-03-01}
  - {value: "+4930123456", reason: the hotline, rule: phone-number}
rules: [{id: email, ignore_values: ["/.*@localhost.localdomain/"]}]
`)
	for _, k := range []struct {
		rule, value string
		at          time.Time
		want        bool
	}{
		{"email", "test@example.com", testNow, true},
		{"email", "test@example.com ", testNow, false},
		{"email", "TEST@example.com", testNow, false},
		{"acme-api-key", "test@example.com", testNow, true},
		{"email", "test@example.com", time.Date(2027, 2, 28, 23, 59, 59, 0, time.UTC), true},
		{"email", "test@example.com", time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC), false},
		{"phone-number", "+4930123456", testNow, true},
		{"card-number", "+4930123456", testNow, false},
		{"card-number", "4111111111111111", testNow, true},
		{"card-number", "0000000000000", testNow, true},
		{"card-number", "4000000000000", testNow, false},
		{"email", "root@localhost.localdomain", testNow, true},
		{"email", "root@localhost.localdomain.example", testNow, false},
	} {
		if got := c.Allowed(c.ruleNamed(t, k.rule), k.value, k.at); got != k.want {
			t.Errorf("%s %q at %s: %v", k.rule, k.value, k.at.Format(time.DateOnly), got)
		}
	}
}

func TestOutcome(t *testing.T) {
	for _, c := range []struct {
		policy, rule string
		min          rule.Confidence
		fingerprint  bool
	}{
		{"", "email", rule.Medium, true},
		{"strictness: high", "email", rule.High, true},
		{"", "card-number", rule.Medium, true},
		{"", "card-cvv", rule.Medium, false},
		{"actions: {payment: partial}", "card-number", rule.Medium, false},
		{"overrides: [{match: {a: b}, actions: {card-number: partial}}]", "card-number", rule.Medium, false},
	} {
		comp := mustCompile(t, c.policy)
		o := comp.For(field.Resource{}).Rule(comp.ruleNamed(t, c.rule))
		if o.MinConfidence != c.min || o.Fingerprint != c.fingerprint {
			t.Errorf("%q %s: %+v", c.policy, c.rule, o)
		}
	}
}

func TestLeaveWant(t *testing.T) {
	c := mustCompile(t, "")
	s := c.For(field.Resource{})
	for i, r := range c.Rules {
		if got, want := s.LeaveWant().Has(i), r.ID == "acme-api-key" || r.ID == "acme-new-key"; got != want {
			t.Errorf("%s: %v", r.ID, got)
		}
	}
}

func TestCompiledValues(t *testing.T) {
	c := mustCompile(t, "limits: {max_value: 64KiB}\non_error: drop_record\nnumbers: zero\nkeyring: KEYRING\ntrusted_key_ids: [old]\n")
	if c.Limits != (Limits{64 << 10, 32, 3, "allow"}) || c.OnError != OnErrorDropRecord || c.Numbers != NumbersZero || c.Ring.Current().ID != "k1" || c.TrustedKeyIDs[0] != "old" || c.Catalogue != "2026.12" {
		t.Errorf("%+v", c)
	}
	d := mustCompile(t, "")
	if d.Limits != (Limits{4 << 20, 32, 3, "allow"}) || d.OnError != OnErrorTombstone || d.Numbers != NumbersString || d.Ring != nil {
		t.Errorf("%+v", d)
	}
}

func TestFingerprint(t *testing.T) {
	of := func(text string) string { return mustCompile(t, text).Fingerprint }
	if a, b := of(""), of("mode: enforce\npacks: [payment, secrets, identity, contact, telemetry]"); a != b || len(a) != 16 {
		t.Errorf("one policy in two writings: %s, %s", a, b)
	}
	if of("") == of("mode: shadow") {
		t.Error("two policies share a fingerprint")
	}
}

func TestDefaultIsTheLowestLayer(t *testing.T) {
	p, err := Parse()
	if err != nil {
		t.Fatal(err)
	}
	if fingerprint(p) != fingerprint(Default()) {
		t.Errorf("Parse of nothing is %+v", p)
	}
	c, err := Compile(Default(), testCatalogue(), testNow)
	if err != nil {
		t.Fatal(err)
	}
	for i := range c.Rules {
		if o := c.For(field.Resource{}).Rule(i); o.Action != action.Mask || !o.Enforce {
			t.Errorf("%s: %+v", c.Rules[i].ID, o)
		}
	}
}

func TestSize(t *testing.T) {
	for in, want := range map[string]Size{"4MiB": 4 << 20, "64 KiB": 64 << 10, "1.5MiB": 3 << 19, "2MB": 2e6, "100": 100, "100B": 100, "1GiB": 1 << 30} {
		var s Size
		if err := s.FromScalar(in); err != nil || s != want {
			t.Errorf("%s: %d, %v", in, s, err)
		}
	}
	for _, in := range []any{"", "MiB", "-1", "4mb", "1e99GiB", "NaN", 1.5, true} {
		if s := new(Size); s.FromScalar(in) == nil {
			t.Errorf("%v: %d", in, *s)
		}
	}
}

// TestEveryKey reads a policy that uses every key at once.
func TestEveryKey(t *testing.T) {
	c := mustCompile(t, `
mode: enforce
modes: {network: shadow}
packs: [secrets, payment, identity, contact, telemetry]
catalogue: "2026.12"
strictness: balanced
on_error: tombstone
numbers: string
limits: {max_value: 4MiB, max_depth: 32, max_decode: 3, slow_rules: refuse}
keyring: KEYRING
trusted_key_ids: [k0]
acknowledge_low_entropy: false
actions: {payment: mask, secret: mask, contact: token}
fields:
  mask: ["password", cvv]
  drop: ["http.request.header.cookie"]
  leave: [app.release_hash]
  only: []
rules:
  - id: acme-badge
    class: identity
    pattern: '\bBADGE-(?P<value>\d{6})\b'
    keywords: [badge, staff]
    context: [hr, payroll]
    validators: [luhn]
    ignore_values: ["BADGE-000000", "/9+/"]
    examples: {match: ["badge BADGE-123455"], ignore: ["BADGE-12"]}
allow:
  - {value: "docs@example.com", reason: "docs fixture", expires: 2027-03-01, rule: email}
overrides:
  - {match: {service.name: hr, k8s.namespace.name: "team-*"}, packs: [secrets], mode: shadow, modes: {secrets: enforce}, actions: {secret: drop}, fields: {leave: [build.id]}}
`)
	if len(c.Rules) != len(testCatalogue().Rules)+1 || len(c.Scopes()) != 2 {
		t.Errorf("%d rules, %d scopes", len(c.Rules), len(c.Scopes()))
	}
}
