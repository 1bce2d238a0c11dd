package policy

import (
	"fmt"
	"math"
	"path"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// at is the place of a chain of keys from the outside in.
func at(part field.Part, keys ...string) field.Place {
	return field.Place{Signal: field.Logs, Part: part, Key: keys[len(keys)-1], Path: strings.Join(keys, ".")}
}

func attr(keys ...string) field.Place { return at(field.Attribute, keys...) }

func TestPlace(t *testing.T) {
	const lists = `
fields:
  mask: [password, api key, "session.id"]
  drop: [http.request.header.cookie, "secret.*", blob]
  leave: [app.release_hash, user.password]
`
	const only = `
fields:
  only: [service.name, http.route, user.id, "label.*"]
  leave: [app.release_hash]
  mask: [password]
`
	for _, c := range []struct {
		policy string
		place  field.Place
		kind   field.Kind
		want   Verdict
	}{
		{"", attr("password"), field.String, Examine},
		{lists, attr("password"), field.String, MaskAll},
		{lists, attr("password"), field.Number, MaskAll},
		{lists, attr("password"), field.Bytes, MaskAll},
		{lists, attr("dbPassword"), field.String, MaskAll},
		{lists, attr("db.password.old"), field.String, MaskAll},
		{lists, attr("X-Api-Key"), field.String, MaskAll},
		{lists, attr("passwordless"), field.String, Examine},
		{lists, attr("session_id"), field.String, MaskAll},
		{lists, attr("session"), field.String, Examine},
		// A key itself is only ever examined, or goes with its field.
		{lists, attr("password"), field.Key, Examine},
		{lists, attr("app.release_hash"), field.Key, Examine},
		{lists, attr("blob"), field.Key, Drop},
		// A map under a masked or dropped key, in attributes and in bodies.
		{lists, attr("password", "hint"), field.String, MaskAll},
		{lists, at(field.Body, "login", "password"), field.String, MaskAll},
		{lists, at(field.Body, "blob", "a", "b"), field.String, Drop},
		{lists, at(field.ResourceAttribute, "blob"), field.String, Drop},
		{lists, attr("http.request.header.cookie"), field.String, Drop},
		{lists, attr("http.request.header.cookie2"), field.String, Examine},
		{lists, attr("secret.a.b"), field.String, Drop},
		{lists, attr("secret"), field.String, Examine},
		{lists, attr("my.blob"), field.String, Examine},
		{lists, attr("blob.x"), field.String, Examine}, // one key with a dot, not a map named blob
		{lists, attr("app.release_hash"), field.String, Leave},
		{lists, attr("app", "release_hash"), field.String, Leave},
		{lists, attr("app.release_hash.x"), field.String, Examine},
		{lists, attr("user.password"), field.String, MaskAll}, // mask before leave
		{lists, field.Place{Part: field.SpanName}, field.String, Examine},
		{only, attr("service.name"), field.String, Examine},
		{only, attr("service.namespace"), field.String, Remove},
		{only, attr("service.namespace"), field.Key, Remove},
		{only, at(field.ResourceAttribute, "host.name"), field.String, Remove},
		{only, at(field.Body, "host.name"), field.String, Examine},
		{only, field.Place{Part: field.SpanName}, field.String, Examine},
		{only, attr("user", "id"), field.String, Examine},
		{only, attr("user", "id", "raw"), field.String, Examine},
		{only, attr("user", "name"), field.String, Remove},
		{only, attr("user"), field.Key, Examine}, // something in it is listed
		{only, attr("user"), field.String, Remove},
		{only, attr("label.x"), field.String, Examine},
		{only, attr("app.release_hash"), field.String, Remove}, // only before leave
		{only, attr("password"), field.String, MaskAll},        // mask before only
	} {
		s := mustCompile(t, c.policy).For(field.Resource{})
		for range 2 { // the second time from the cache
			if got := s.Place(c.place, c.kind).Verdict; got != c.want {
				t.Errorf("%v kind %d: %v, want %v under %q", c.place, c.kind, got, c.want, c.policy)
			}
		}
	}
}

func TestNeverScan(t *testing.T) {
	table, err := parseNeverScan("t.yaml", []byte("- {name: k8s.pod.uid, shape: '[0-9a-f]{8}-[0-9a-f]{4}'}\n- {name: 'container.*.id', shape: '[0-9a-f]{12}'}\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		fields Fields
		path   string
		kind   field.Kind
		want   Verdict
	}{
		{Fields{}, "k8s.pod.uid", field.String, LeaveShape},
		{Fields{}, "k8s.pod.uid", field.Key, Examine},
		{Fields{}, "container.main.id", field.String, LeaveShape},
		{Fields{}, "container.id", field.String, Examine},
		{Fields{Leave: []string{"x"}}, "k8s.pod.uid", field.String, LeaveShape},
		{Fields{Mask: []string{"uid"}}, "k8s.pod.uid", field.String, MaskAll},
	} {
		if got := newFieldLists(c.fields, table).place(attr(c.path), c.kind); got.Verdict != c.want {
			t.Errorf("%s under %v: %v, want %v", c.path, c.fields, got.Verdict, c.want)
		}
	}
	shape := table.decide("k8s.pod.uid").Shape
	for value, want := range map[string]bool{"01234567-89ab": true, "01234567-89ab ": false, "x01234567-89ab": false, "": false} {
		if shape(value) != want {
			t.Errorf("shape of %q: %v", value, !want)
		}
	}
	if _, err := builtInNeverScan(); err != nil {
		t.Error(err)
	}
	if mustCompile(t, "packs: [secrets]").For(field.Resource{}).fields.shapes != nil {
		t.Error("the never-scan table is on without the telemetry pack")
	}
}

// TestPlaceAllocatesNothing also covers For: both run for every text.
func TestPlaceAllocatesNothing(t *testing.T) {
	c := mustCompile(t, "fields: {mask: [password], drop: ['a.*']}\noverrides: [{match: {service.name: 'web-*'}, mode: shadow}]\n")
	res := resource("service.name", "web-1")
	places := []field.Place{attr("password"), attr("http.route"), attr("a.b"), attr("k8s.pod.uid"), at(field.Body, "a", "b")}
	run := func() {
		s := c.For(res)
		for _, p := range places {
			_ = s.Place(p, field.String)
		}
		_ = c.Allowed(0, "x", testNow)
	}
	for range 20 { // fill the cache
		run()
	}
	if n := testing.AllocsPerRun(100, run); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestCacheIsBounded sends more keys than fit, from several goroutines, and
// checks every answer against one made without the cache.
func TestCacheIsBounded(t *testing.T) {
	l := newFieldLists(Fields{Mask: []string{"pass"}, Drop: []string{"d.*"}}, nil)
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 3 * cacheEntries {
				key := fmt.Sprintf("%s.k%d", [...]string{"d", "pass", "x"}[(i+g)%3], i)
				if got, want := l.place(attr(key), field.String).Verdict, l.decide(key, key, true, false).Verdict; got != want {
					t.Errorf("%s: %v, want %v", key, got, want)
					return
				}
			}
		})
	}
	wg.Wait()
	if n := len(*l.cache.read.Load()); n > cacheEntries {
		t.Errorf("%d entries", n)
	}
}

// TestGlob compares with path.Match on texts without what only that one knows.
func TestGlob(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[ab.*]{0,8}`).Draw(t, "pattern")
		text := rapid.StringMatching(`[ab.]{0,10}`).Draw(t, "text")
		want, err := path.Match(pattern, text)
		if err != nil {
			t.Fatal(err)
		}
		if got := glob(pattern).match(text); got != want {
			t.Fatalf("%q on %q: %v", pattern, text, got)
		}
	})
	if !glob("team-*").match("team-a/b") {
		t.Error("a star stops at a slash")
	}
}

func TestLowEntropy(t *testing.T) {
	for _, c := range []struct {
		rule rule.Rule
		want bool
	}{
		{rule.Rule{ID: "acme-employee-id", Class: rule.Identity, Pattern: `[A-Z0-9]{30}`}, true}, // the class decides
		{rule.Rule{ID: "email", Class: rule.Contact, Pattern: `[a-z]+@[a-z]+`}, false},
		{rule.Rule{ID: "phone-number", Class: rule.Contact, Pattern: `\+\d{7,15}`}, true},
		{rule.Rule{ID: "acme-api-key", Class: rule.Secret, Pattern: `acme_[a-z0-9]{40}`}, false},
		{rule.Rule{ID: "door-code", Class: rule.Secret, Pattern: `door (?P<value>\d{6})`}, true},
		{rule.Rule{ID: "password-by-key", Class: rule.Secret, Keys: []string{"password"}}, false},
		{rule.Rule{ID: "login-otp", Class: rule.Secret, Keys: []string{"otp"}}, true},
	} {
		if got := lowEntropy(&c.rule); got != c.want {
			t.Errorf("%s: %v", c.rule.ID, got)
		}
	}
}

func TestPatternBits(t *testing.T) {
	for _, c := range []struct {
		pattern string
		want    float64
	}{
		{`\d{6}`, 6 * math.Log2(10)},
		{`EMP-(?P<value>\d{6})-\d{9}`, 6 * math.Log2(10)},
		{`[0-9a-f]{32}`, 128},
		{`(?:GET|PUT)`, 1},
		{`ab?`, 1},
		{`\d{1,2}`, 2*math.Log2(10) + 1},
		{`x+`, math.Inf(1)},
		{``, math.Inf(1)},
	} {
		if got := patternBits(c.pattern); math.Abs(got-c.want) > 1e-9 && got != c.want {
			t.Errorf("%s: %v bits, want %v", c.pattern, got, c.want)
		}
	}
}

func TestAuthenticationData(t *testing.T) {
	for _, c := range []struct {
		id    string
		class rule.Class
		want  bool
	}{
		{"card-cvv", rule.Payment, true}, {"card-track2", rule.Payment, true}, {"card-track-data", rule.Payment, true}, {"card-pin", rule.Payment, true},
		{"pin-by-key", rule.Secret, true}, {"card-number", rule.Payment, false}, {"pinterest-token", rule.Secret, false}, {"track-token", rule.Secret, false},
		{"tracking-number", rule.Contact, false},
	} {
		if got := authenticationData(&rule.Rule{ID: c.id, Class: c.class}); got != c.want {
			t.Errorf("%s: %v", c.id, got)
		}
	}
}
