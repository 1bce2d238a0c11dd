package guard

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/policy"
)

// counter counts the records of contained sources.
type counter struct {
	finding.Discard
	mu        sync.Mutex
	contained map[string]int
}

func (c *counter) Contained(s field.Signal, service string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.contained == nil {
		c.contained = map[string]int{}
	}
	c.contained[s.String()+" "+service] += n
}

// contained is a gate that contains what is ordered in its hub.
type contained struct {
	*Guard
	hub   *finding.Hub
	count counter
	told  []string
}

func newContained(t testing.TB, change func(*policy.Policy)) *contained {
	t.Helper()
	c := &contained{hub: finding.NewHub()}
	c.Guard = newGuard(t, change)
	c.Guard.observer = &c.count
	t.Cleanup(c.ContainIn(c.hub, "test gate", func(e finding.ContainmentEvent) {
		c.told = append(c.told, fmt.Sprintf("%s %s/%s %s: %s", e.Change, e.Namespace, e.Service, e.By, e.Reason))
	}))
	return c
}

func (c *contained) order(t testing.TB, service, namespace string) {
	t.Helper()
	if err := c.hub.Contain(finding.Containment{Service: service, Namespace: namespace, Until: time.Now().Add(time.Hour), Reason: "incident", By: "ledger"}); err != nil {
		t.Fatal(err)
	}
}

// through is what a batch is after the gate: its texts in their order, those of keys
// left out.
func (c *contained) through(signal field.Signal, fill func(*batch)) (texts []string) {
	s := c.Session(context.Background())
	defer s.Close()
	fill(&batch{s: s, signal: signal})
	edits, _ := s.Resolve()
	by := map[uint32]field.Edit{}
	for _, e := range edits {
		by[e.Ref] = e
	}
	for i := range s.slots {
		sl := &s.slots[i]
		if sl.Kind == field.Key {
			continue
		}
		text := sl.Text
		if e, ok := by[sl.Ref]; ok {
			text = e.Text
		}
		texts = append(texts, text)
	}
	return texts
}

// value is what a text of a contained source becomes, the first time and the second.
func (c *contained) value(t testing.TB, part field.Part, key, text string, kind field.Kind) string {
	t.Helper()
	one := func(text string) string {
		texts := c.through(field.Logs, func(b *batch) {
			b.resource("service.name", "cart")
			b.scopeOf("")
			b.record++
			b.add(field.Place{Part: part, Key: key[strings.LastIndexByte(key, '>')+1:], Path: strings.ReplaceAll(key, ">", ".")}, kind, text)
		})
		return texts[1]
	}
	first := one(text)
	if second := one(first); second != first {
		t.Errorf("%s: contained twice it is %s, once %s", key, second, first)
	}
	return first
}

// TestContainedTexts: what stays of each kind of text. A > stands between the keys of
// nested maps.
func TestContainedTexts(t *testing.T) {
	c := newContained(t, func(p *policy.Policy) { p.Fields.Leave = []string{"app.release"} })
	c.order(t, "cart", "")
	const m = "[redacted:contained]"
	for _, x := range []struct {
		part            field.Part
		key, text, want string
	}{
		{field.Body, "", "", ""},
		{field.Body, "", "user 4711 logged in from 10.0.0.7", m + " user * logged in from *"},
		{field.Body, "", "order=77 state=paid", m + " order=* state=*"},
		{field.Body, "", "mail to joe@example.org bounced", m + " mail to [redacted:email] bounced"},
		{field.Body, "", "badge number QQ123456 and email joe@example.org", m + " badge number [redacted:unsure] and email [redacted:email]"},
		{field.Body, "", "hunter", m},
		{field.Body, "", "4711", m},
		{field.Body, "", m + " user * logged in", m + " user * logged in"},
		{field.Body, "", m + m + "  user 12 logged in", m + " user * logged in"},
		{field.Body, "", "[redacted:email]", "[redacted:email]"},
		{field.Body, "", "[airtight: too deep]", "[airtight: too deep]"},
		{field.Body, "", `{"msg":"user 12 logged in","user":"ann","n":12,"ok":true,"x":null,"level":"info","at":{"http.route":"/a/{id}","q":["b", 1.50]}}`,
			`{"msg":"` + m + ` user * logged in","user":"` + m + `","n":12,"ok":true,"x":null,"level":"info","at":{"http.route":"` + m + `","q":["` + m + `", 1.50]}}`},
		{field.Body, "", ` { "user" : "A\"nn" , "k:" : "" } `, ` { "user" : "` + m + `" , "k:" : "" } `},
		{field.Body, "", `{"password":"hunter2","mail":"joe@example.org"}`, `{"password":"[redacted:password]","mail":"[redacted:email]"}`},
		{field.Body, "", `{"user":"ann"`, m},
		{field.Body, "", `{"user":"ann"} and more of it`, m + ` {"user":"*"} and more of it`},
		{field.Body, "", "\xff\xfe broken text 1", m + " broken text *"},
		{field.Body, "user", "ann", m},
		{field.Body, "message", "user 12 logged in", m + " user * logged in"},
		{field.Body, "level", "info", "info"},
		{field.Body, "http>user", "ann", m},
		{field.Attribute, "exception.message", "no user 12 here", m + " no user * here"},
		{field.Attribute, "exception.stacktrace", "Error: x1\n\tat com.example.Cart.add(Cart.java:12)", m + " Error: * at com.example.Cart.add(Cart.java:*)"},
		{field.Attribute, "exception.type", "java.io.IOException", "java.io.IOException"},
		{field.Attribute, "db.query.text", "SELECT name FROM users WHERE id = 12", m + " SELECT name FROM users WHERE id = *"},
		{field.Attribute, "gen_ai.input.messages", "Tell me of Ann Miller", m},
		{field.Attribute, "gen_ai.request.model", "small-1", "small-1"},
		{field.Attribute, "app.payload", `{"user":"ann"}`, `{"user":"` + m + `"}`},
		{field.Attribute, "app.release", "ab12", "ab12"},
		{field.Attribute, "app.note", "ann", m},
		{field.Attribute, "http.request.method", "GET", "GET"},
		{field.Attribute, "http.request.method", "GET ann", m},
		{field.Attribute, "http.route", "/users/{id}", "/users/{id}"},
		{field.Attribute, "url.full", "https://ann:x@shop.example.com:8443/v1/users/4711/orders?q=ann#top", "https://REDACTED@shop.example.com:8443/v1/users/*/orders?REDACTED"},
		{field.Attribute, "url.full", "no url at all", m},
		{field.Attribute, "url.path", "/users/4711", "/users/*"},
		{field.Attribute, "url.query", "q=ann", "REDACTED"},
		{field.Attribute, "airtight.template", "user * logged in", "user * logged in"},
		{field.Attribute, "airtight.template", "user 12 logged in", m},
		{field.ResourceAttribute, "service.version", "1.2", "1.2"},
		{field.ResourceAttribute, "service.namespace", "two words 2", "two words 2"},
		{field.ResourceAttribute, "customer", "acme", "acme"},
		{field.ResourceAttribute, "process.command_line", "serve --port 80", m},
		{field.SpanName, "", "GET /users/{id}", "GET /users/{id}"},
		{field.SpanName, "", "GET /users/12", m + " GET *"},
		{field.SpanEventName, "", "exception", "exception"},
		{field.StatusMessage, "", "no user 12 here", m + " no user * here"},
		{field.SeverityText, "", "INFO", "INFO"},
		{field.EventName, "", "cart.added", "cart.added"},
		{field.ScopeName, "", "com.example.cart", "com.example.cart"},
		{field.TraceState, "", "vendor=ab12", "vendor=ab12"},
		{field.SchemaURL, "", "https://opentelemetry.io/schemas/1.30.0", "https://opentelemetry.io/schemas/1.30.0"},
	} {
		if got := c.value(t, x.part, x.key, x.text, field.String); got != x.want {
			t.Errorf("%v %s\n of %s\ngot %s\nnot %s", x.part, x.key, x.text, got, x.want)
		}
	}
	if got := c.value(t, field.Attribute, "n", "12", field.Number); got != "12" {
		t.Errorf("a number becomes %s", got)
	}
	if got := c.value(t, field.Attribute, "b", "ab", field.Bytes); got != m {
		t.Errorf("bytes become %s", got)
	}
}

// TestContainedJSONIsBounded: only so many strings of a text cost what a skeleton does.
func TestContainedJSONIsBounded(t *testing.T) {
	c := newContained(t, nil)
	c.order(t, "cart", "")
	const n = maxMessages + 3
	got := c.value(t, field.Body, "", "["+strings.Repeat(`{"msg":"user 12 came"},`, n-1)+`{"msg":"user 12 came"}]`, field.String)
	if bare := strings.Count(got, `"`+containedMark+`"`); bare != 3 || strings.Count(got, containedMark) != n {
		t.Errorf("%d of %d strings have no skeleton", bare, n)
	}
}

// shop is a batch of two sources, of which cart is alike in name only.
func shop(b *batch) {
	for _, r := range [][]string{
		{"service.name", "cart", "k8s.namespace.name", "shop"},
		{"service.name", "cart", "k8s.namespace.name", "test"},
		{"service.name", "pay", "service.namespace", "shop"},
	} {
		b.resource(r...)
		b.scopeOf("com.example")
		b.log("INFO", "", "user 12 logged in", "user.name", "ann", "http.route", "/a")
		b.log("INFO", "", "mail to joe@example.org bounced")
	}
}

func TestContainedAlone(t *testing.T) {
	c := newContained(t, nil)
	clean := c.through(field.Logs, shop)
	c.order(t, "cart", "shop")
	got := c.through(field.Logs, shop)
	per := len(clean) / 3
	if fmt.Sprint(got[per:]) != fmt.Sprint(clean[per:]) {
		t.Errorf("other sources are changed:\n%q\n%q", got[per:], clean[per:])
	}
	want := "cart|shop|com.example|INFO|[redacted:contained] user * logged in|[redacted:contained]|/a|INFO|[redacted:contained] mail to [redacted:email] bounced"
	if got := strings.Join(got[:per], "|"); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if c.count.contained["logs cart"] != 2 || len(c.count.contained) != 1 || c.Contained() != 1 {
		t.Errorf("%v records are counted, %d sources", c.count.contained, c.Contained())
	}
	for _, signal := range []field.Signal{field.Metrics, field.Text} {
		if before := c.through(signal, shop); fmt.Sprint(before) != fmt.Sprint(clean) {
			t.Errorf("%v are contained", signal)
		}
	}
	if !c.hub.Release("cart", "shop") {
		t.Error("it is not released")
	}
	if got := c.through(field.Logs, shop); fmt.Sprint(got) != fmt.Sprint(clean) || c.Contained() != 0 {
		t.Error("it is contained after its release")
	}
	if got, want := strings.Join(c.told, "; "), "started shop/cart ledger: incident; released shop/cart ledger: incident"; got != want {
		t.Errorf("told %s, want %s", got, want)
	}
}

// leaking is n findings of a service, in one batch, each in a record of its own.
func leaking(service string, n int) func(*batch) {
	return func(b *batch) {
		b.resource("service.name", service)
		b.scopeOf("")
		for range n {
			b.log("", "", "user Ann sent joe@example.org")
		}
	}
}

func isContained(texts []string) bool {
	return strings.HasPrefix(texts[len(texts)-1], containedMark)
}

// TestContainedByLimit goes through a containment by the policy's own limit.
func TestContainedByLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newContained(t, func(p *policy.Policy) {
			p.Contain = policy.Contain{Over: new(5), Within: policy.Duration(time.Minute), For: policy.Duration(15 * time.Minute), Orders: "follow"}
		})
		step := func(what, service string, n int, want bool) {
			t.Helper()
			if got := isContained(c.through(field.Logs, leaking(service, n))); got != want {
				t.Errorf("%s: contained is %v", what, got)
			}
		}
		step("up to the limit", "cart", 5, false)
		step("another source", "pay", 5, false)
		time.Sleep(2 * time.Minute)
		step("after the window", "cart", 3, false)
		time.Sleep(30 * time.Second)
		step("over the limit, in this very batch", "cart", 3, true)
		step("without a finding", "cart", 0, false) // no record
		step("the other source", "pay", 1, false)
		time.Sleep(14*time.Minute + 59*time.Second)
		step("until the end", "cart", 1, true)
		time.Sleep(time.Second)
		synctest.Wait()
		step("after the end", "cart", 1, false)
		step("over the limit again", "cart", 5, true)
		c.hub.Release("cart", "")
		step("after a release it counts from nothing", "cart", 5, false)
		step("and then contains", "cart", 1, true)
		if got, want := strings.Join(c.told, "\n"), `started /cart test gate: 6 findings within 1m
expired /cart test gate: 6 findings within 1m
started /cart test gate: 7 findings within 1m
released /cart test gate: 7 findings within 1m
started /cart test gate: 6 findings within 1m`; got != want {
			t.Errorf("told\n%s, want\n%s", got, want)
		}
		c.swap(t, nil)
		step("after a policy without a limit", "cart", 9, false)
		if got := c.told[len(c.told)-1]; !strings.HasPrefix(got, "withdrawn /cart") {
			t.Errorf("told %s", got)
		}
	})
}

func (c *contained) swap(t testing.TB, change func(*policy.Policy)) {
	t.Helper()
	if err := c.Swap(newGuard(t, change).Policy()); err != nil {
		t.Fatal(err)
	}
}

// TestContainedByPolicy: which settings contain a source of five findings, and what an
// order does.
func TestContainedByPolicy(t *testing.T) {
	limit := func(over int, change func(*policy.Policy)) func(*policy.Policy) {
		return func(p *policy.Policy) {
			p.Contain.Over = &over
			if change != nil {
				change(p)
			}
		}
	}
	override := func(c policy.Contain) func(*policy.Policy) {
		return func(p *policy.Policy) {
			p.Overrides = []policy.Override{{Match: map[string]string{"service.name": "cart"}, Contain: c}}
		}
	}
	for name, x := range map[string]struct {
		policy          func(*policy.Policy)
		byLimit, byWord bool
	}{
		"default":             {nil, false, true},
		"limit":               {limit(4, nil), true, true},
		"limit not reached":   {limit(5, nil), false, true},
		"shadow counts":       {limit(4, func(p *policy.Policy) { p.Mode = "shadow" }), true, true},
		"class that counts":   {limit(4, func(p *policy.Policy) { p.Contain.Classes = []string{"contact"} }), true, true},
		"class that does not": {limit(4, func(p *policy.Policy) { p.Contain.Classes = []string{"secret"} }), false, true},
		"off for the source":  {limit(4, override(policy.Contain{Over: new(0)})), false, true},
		"on for the source":   {limit(0, override(policy.Contain{Over: new(1)})), true, true},
		"orders ignored":      {func(p *policy.Policy) { p.Contain.Orders = "ignore" }, false, false},
		"ignored for it":      {override(policy.Contain{Orders: "ignore"}), false, false},
		"allowed":             {limit(4, func(p *policy.Policy) { p.Allow = []policy.Allow{{Value: "joe@example.org", Reason: "docs"}} }), false, true},
	} {
		c := newContained(t, x.policy)
		if got := isContained(c.through(field.Logs, leaking("cart", 5))); got != x.byLimit {
			t.Errorf("%s: contained by the limit is %v", name, got)
		}
		c = newContained(t, x.policy)
		c.order(t, "cart", "")
		if got := isContained(c.through(field.Traces, leaking("cart", 1))); got != x.byWord {
			t.Errorf("%s: contained by an order is %v", name, got)
		}
	}
}

// TestContainedIsTheSameLeak: the findings of a contained source are what they would
// be otherwise, so that its leaks are not taken for others.
func TestContainedIsTheSameLeak(t *testing.T) {
	c := newContained(t, nil)
	events := func() []finding.Event {
		k := &kept{}
		c.sink = k
		c.through(field.Logs, shop)
		return k.events
	}
	before := events()
	c.order(t, "cart", "shop")
	if after := events(); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("\n%+v\n%+v", after, before)
	}
}

// TestContainedIsStable: the masked batch through the gate again is itself, JSON stays
// JSON, and no word of more than one source's letters is left of a value.
func TestContainedIsStable(t *testing.T) {
	c := newContained(t, nil)
	c.order(t, "cart", "")
	word := rapid.SampledFrom([]string{"user", "ann", "12", "pat_0123456789ab", "joe@example.org", "password", "=", ":", `"`, "'", "{", "}", "[", "]", ",", "\\", "\n", " ",
		"-----BEGIN KEY-----", "QQ123456", "badge", "https://", "/", "?", "&", "*", "…", containedMark, "[redacted:email]", "[airtight: too deep]", "****1111", "REDACTED", "\xff"})
	text := rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(word, 1, 9).Draw(t, "words"), "") })
	value := rapid.OneOf(text, rapid.Custom(func(t *rapid.T) string {
		b, err := json.Marshal(rapid.MapOfN(text, rapid.OneOf(rapid.Map(text, func(s string) any { return s }), rapid.Just(any(4111111111111111)), rapid.Just(any([]string{"a", "password"}))), 0, 4).Draw(t, "object"))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}))
	key := rapid.SampledFrom([]string{"message", "user", "http.route", "url.full", "exception.message", "password", "name", "value", "level", "db.statement"})
	rapid.Check(t, func(t *rapid.T) {
		type record struct{ body, key, value string }
		records := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) record {
			return record{value.Draw(t, "body"), key.Draw(t, "key"), value.Draw(t, "value")}
		}), 1, 4).Draw(t, "records")
		pass := func() {
			texts := c.through(field.Logs, func(b *batch) {
				b.resource("service.name", "cart")
				b.scopeOf("")
				for _, r := range records {
					b.record++
					b.add(field.Place{Part: field.Body}, field.String, r.body)
					b.attribute(field.Attribute, r.key, r.value)
				}
			})[1:]
			for i := range records {
				records[i].body, records[i].value = texts[2*i], texts[2*i+1]
			}
		}
		objects := make([]bool, len(records))
		for i, r := range records {
			objects[i] = strings.HasPrefix(r.body, "{") && json.Valid([]byte(r.body))
		}
		pass()
		once := fmt.Sprintf("%+q", records)
		for i, r := range records {
			if objects[i] && !json.Valid([]byte(r.body)) {
				t.Errorf("no longer JSON: %s", r.body)
			}
		}
		pass()
		if twice := fmt.Sprintf("%+q", records); twice != once {
			t.Errorf("\nonce  %s\ntwice %s", once, twice)
		}
	})
}

// TestContainedRace sends batches while sources are contained and released.
func TestContainedRace(t *testing.T) {
	c := newContained(t, func(p *policy.Policy) { p.Contain.Over = new(20) })
	var g sync.WaitGroup
	for i := range 4 {
		g.Go(func() {
			service := fmt.Sprint("s", i%2)
			for range 200 {
				c.through(field.Logs, leaking(service, 3))
				_ = c.hub.Contain(finding.Containment{Service: service, Until: time.Now().Add(time.Second)})
				c.through(field.Logs, leaking(service, 1))
				c.hub.Release(service, "")
				c.Contained()
			}
		})
	}
	g.Go(func() {
		for range 20 {
			c.swap(t, func(p *policy.Policy) { p.Contain.Over = new(20) })
			c.swap(t, nil)
		}
	})
	g.Wait()
}

// TestTimeToContain measures how long it takes from the first finding over the limit
// to the first contained record. Both are in one batch: the limit is judged before a
// batch leaves, so no record follows uncontained.
func TestTimeToContain(t *testing.T) {
	c := newContained(t, func(p *policy.Policy) { p.Contain.Over = new(100) })
	const size = 1000
	start := time.Now()
	texts := c.through(field.Logs, leaking("cart", size))
	took := time.Since(start)
	passed := 0
	for _, text := range texts[1:] {
		if !strings.HasPrefix(text, containedMark) {
			passed++
		}
	}
	start = time.Now()
	next := c.through(field.Logs, leaking("cart", size))
	if passed != 0 || !isContained(next) {
		t.Errorf("%d records of the batch over the limit passed uncontained", passed)
	}
	t.Logf("from the first finding over the limit to the first contained record: %.2f ms, the time of that batch of %d records, all of which leak; %d passed between; the next batch took %.2f ms",
		float64(took.Microseconds())/1000, size, passed, float64(time.Since(start).Microseconds())/1000)
}

func TestLeakWindow(t *testing.T) {
	var l leaks
	now := time.Date(2026, 12, 10, 12, 0, 0, 0, time.UTC)
	a := source{"a", ""}
	for _, c := range []struct {
		after time.Duration
		n     int
		want  int
	}{
		{0, 3, 3},
		{59 * time.Second, 1, 4},
		{10 * time.Second, 1, 2},  // the first three have left
		{-5 * time.Second, 1, 3},  // a clock that was set back
		{time.Hour, 1, 1},         // long after
		{60 * time.Second, 1, 2},  // just within, by at most a sixteenth
		{9000 * time.Hour, 0, 0},  // a year
		{-9000 * time.Hour, 2, 2}, // and back
	} {
		now = now.Add(c.after)
		if got := l.add(a, c.n, time.Minute, now); got != c.want {
			t.Errorf("after %v: %d in the window, want %d", c.after, got, c.want)
		}
	}
	if got := l.add(a, 1, time.Second, now); got != 1 {
		t.Errorf("%d after the window was set anew", got)
	}
	for i := range 2 * maxLeaking {
		l.add(source{fmt.Sprint(i), ""}, 1, time.Minute, now)
	}
	if len(l.of) != maxLeaking {
		t.Errorf("%d sources are counted", len(l.of))
	}
	if got := l.add(source{"new", ""}, 1, time.Minute, now.Add(2*time.Minute)); got != 1 || len(l.of) != 1 {
		t.Errorf("%d findings of a new source; %d sources are left", got, len(l.of))
	}
}

func TestContainmentBoundsAgree(t *testing.T) {
	if policy.MaxContainFor != finding.MaxContainment {
		t.Error("a policy may ask for what a hub cuts short")
	}
}

// BenchmarkContain compares what a clean batch costs with a gate that does not know
// of containment, and with one that contains nothing, another source, and its own.
func BenchmarkContain(b *testing.B) {
	fill := func(x *batch) {
		for r := range 10 {
			x.resource("service.name", fmt.Sprint("s", r), "k8s.namespace.name", "shop")
			x.scopeOf("com.example")
			for range 10 {
				x.log("INFO", "", "request served in 12 ms for the usual path", "http.route", "/a", "user.name", "ann")
			}
		}
	}
	run := func(name string, prepare func(b *testing.B) *Guard) {
		b.Run(name, func(b *testing.B) {
			g := prepare(b)
			b.ReportAllocs()
			for b.Loop() {
				s := g.Session(context.Background())
				fill(&batch{s: s, signal: field.Logs})
				s.Resolve()
				s.Close()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100, "ns/record")
		})
	}
	ordered := func(service string) func(*testing.B) *Guard {
		return func(b *testing.B) *Guard {
			c := newContained(b, nil)
			if service != "" {
				c.order(b, service, "shop")
			}
			return c.Guard
		}
	}
	run("without", func(b *testing.B) *Guard { return newGuard(b, nil) })
	run("nothing contained", ordered(""))
	run("limit", func(b *testing.B) *Guard {
		return newContained(b, func(p *policy.Policy) { p.Contain.Over = new(100) }).Guard
	})
	run("another contained", ordered("other"))
	run("one of ten contained", ordered("s3"))
}
