package guard

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/airtight-telemetry/airtight/internal/action"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/policy"
)

// kept is a sink that keeps what it is told.
type kept struct {
	deaf   bool
	events []finding.Event
	lost   int
	panics bool
}

func (k *kept) Listening() bool { return !k.deaf }
func (k *kept) Lost(n int)      { k.lost += n }
func (k *kept) Publish(events []finding.Event) {
	if k.panics {
		panic("full")
	}
	k.events = append(k.events, events...)
}

// batch builds slots as a walker numbers them.
type batch struct {
	s      *Session
	ref    uint32
	record uint32
	scope  uint32
	signal field.Signal
}

func (b *batch) resource(pairs ...string) {
	r := field.Resource{Signal: b.signal}
	for i := 0; i < len(pairs); i += 2 {
		r.Attrs = append(r.Attrs, field.Attr{Key: pairs[i], Value: pairs[i+1]})
	}
	b.s.Resource(r)
	b.record++
	b.scope = 0
	for _, a := range r.Attrs {
		b.attribute(field.ResourceAttribute, a.Key, a.Value)
	}
}

func (b *batch) scopeOf(name string) {
	b.record++
	b.scope = b.record
	if name != "" {
		b.add(field.Place{Part: field.ScopeName}, field.String, name)
	}
}

func (b *batch) add(p field.Place, k field.Kind, text string) {
	p.Signal = b.signal
	b.s.Add(field.Slot{Ref: b.ref, Record: b.record, Scope: b.scope, Place: p, Kind: k, Text: text})
	b.ref++
}

func (b *batch) attribute(part field.Part, key, value string) {
	p := field.Place{Part: part, Key: key, Path: key}
	b.add(p, field.Key, key)
	b.add(p, field.String, value)
}

func (b *batch) log(level, event, body string, pairs ...string) {
	b.record++
	for _, f := range []struct {
		part field.Part
		text string
	}{{field.SeverityText, level}, {field.EventName, event}, {field.Body, body}} {
		if f.text != "" {
			b.add(field.Place{Part: f.part}, field.String, f.text)
		}
	}
	for i := 0; i < len(pairs); i += 2 {
		b.attribute(field.Attribute, pairs[i], pairs[i+1])
	}
}

// published is what a batch of logs made of its findings.
func published(g *Guard, fill func(*batch)) []finding.Event {
	k := &kept{}
	g.PublishTo(k)
	s := g.Session(context.Background())
	defer s.Close()
	fill(&batch{s: s, signal: field.Logs})
	s.Resolve()
	return k.events
}

func describe(e finding.Event) string {
	return fmt.Sprintf("%s %s exposed=%v svc=%s ver=%s scope=%s field=%s file=%s:%d fn=%s level=%s len=%d print=%v | %s",
		e.Rule, e.Class, e.Exposed, e.Resource.Get("service.name"), e.Resource.Get("service.version"), e.Scope, e.Field,
		e.File, e.Line, e.Function, e.Level, e.Length, e.Fingerprint != "", e.Template)
}

func TestSources(t *testing.T) {
	g := newGuard(t, nil)
	events := published(g, func(b *batch) {
		b.resource("service.name", "checkout", "service.version", "1.4.2", "app.internal", "x")
		b.scopeOf("com.example.pay")
		b.log("INFO", "", "nothing", "code.file.path", "a.go")
		b.log("DEBUG", "", "user 17 joe@example.org failed", "code.file.path", "src/pay.go", "code.line.number", "42", "code.function.name", "pay.Charge")
		b.log("", "", "", "password", "hunter2")
		b.scopeOf("")
		b.log("", "", `{"a":1,"token":"pat_0123456789ab"}`, "x", "4111 1111 1111 1111")
		b.resource("service.name", "cart")
		b.scopeOf("")
		b.log("Warning", "", "card 4111111111111111")
	})
	want := []string{
		"email contact exposed=false svc=checkout ver=1.4.2 scope=com.example.pay field= file=src/pay.go:42 fn=pay.Charge level=debug len=15 print=true | user * [redacted:email] failed",
		"password secret exposed=false svc=checkout ver=1.4.2 scope=com.example.pay field=password file=:0 fn= level= len=7 print=true | [redacted:password]",
		`pat secret exposed=false svc=checkout ver=1.4.2 scope= field= file=:0 fn= level= len=16 print=true | {"a":*,"token":"[redacted:pat]"}`,
		"card payment exposed=false svc=checkout ver=1.4.2 scope= field=x file=:0 fn= level= len=19 print=true | [redacted:card]",
		"card payment exposed=false svc=cart ver= scope= field= file=:0 fn= level=warn len=16 print=true | card [redacted:card]",
	}
	var got []string
	for _, e := range events {
		got = append(got, describe(e))
		if e.Resource.Get("app.internal") != "" {
			t.Error("a resource attribute that identifies nothing is told")
		}
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(events) == 5 && events[3].Fingerprint != events[4].Fingerprint {
		t.Error("one card, two fingerprints")
	}
}

// TestSourcesHoldNoValue: in shadow mode too, where the text goes on as it is, and
// where the value stands in what says where it was.
func TestSourcesHoldNoValue(t *testing.T) {
	const pat, mail = "pat_0123456789ab", "joe@example.org"
	for _, mode := range []string{"enforce", "shadow"} {
		g := newGuard(t, func(p *policy.Policy) {
			p.Mode, p.Packs = mode, []string{"secrets"}
			p.Fields.Mask = []string{"cvv"}
		})
		events := published(g, func(b *batch) {
			b.resource("service.name", "svc-"+pat, "service.version", pat, "k8s.pod.name", "pod "+mail)
			b.scopeOf("scope " + pat)
			b.log("INFO", "", "login "+pat+" of "+mail, "code.file.path", "/home/"+pat+"/x.go", "code.function.name", mail)
			b.log("", "", "said swordfish", "password", "swordfish", "cvv", "seven", "key."+pat, "v")
			b.log("", "", strings.Repeat("x ", maxTemplateText/2-4)+pat)
		})
		if len(events) < 8 {
			t.Errorf("%s: %d events", mode, len(events))
		}
		for _, e := range events {
			told := fmt.Sprintf("%+v", e)
			for _, secret := range []string{pat, mail, "swordfish", "seven", "0123"} {
				if strings.Contains(told, secret) {
					t.Errorf("%s: an event of rule %s tells a value", mode, e.Rule)
				}
			}
			if e.Rule == action.FieldID && e.Fingerprint != "" {
				t.Error("a value of which nothing is known has a fingerprint")
			}
			if e.Exposed != (mode == "shadow") {
				t.Errorf("%s: exposed is %v", mode, e.Exposed)
			}
		}
	}
}

// TestVersionBefore: the version before is known though it was clean.
func TestVersionBefore(t *testing.T) {
	g := newGuard(t, nil)
	events := published(g, func(b *batch) {
		for _, version := range []string{"1.0", "1.1", "1.0", "2.0"} {
			b.resource("service.name", "checkout", "service.version", version)
			b.log("", "", "nothing")
		}
		b.resource("service.name", "checkout", "service.version", "2.0")
		b.log("", "", "pat_0123456789ab")
		b.resource("service.name", "checkout", "service.version", "1.0")
		b.log("", "", "pat_0123456789ab")
	})
	if len(events) != 2 || events[0].VersionBefore != "1.1" || events[1].VersionBefore != "" {
		t.Errorf("%+v", events)
	}
}

func TestNoFindingsOfFindings(t *testing.T) {
	g := newGuard(t, nil)
	events := published(g, func(b *batch) {
		b.resource("service.name", "x", "host.name", "pat_0123456789ab")
		b.scopeOf("pat_0123456789ab")
		b.log("", finding.EventName, "", "airtight.template", "pat_0123456789ab")
	})
	if len(events) != 0 {
		t.Errorf("%d findings of findings", len(events))
	}
	events = published(g, func(b *batch) {
		b.resource("service.name", "x", "host.name", "pat_0123456789ab")
		b.scopeOf("")
		b.log("", "", "nothing")
	})
	if len(events) != 1 {
		t.Errorf("%d findings in an ordinary resource, want 1", len(events))
	}
}

// TestSinkDoesNotMatter: whatever the sink does, the batch leaves as it should.
func TestSinkDoesNotMatter(t *testing.T) {
	for _, k := range []*kept{{}, {deaf: true}, {panics: true}} {
		g := newGuard(t, nil)
		g.PublishTo(k)
		if got := under(g, "msg", "pat_0123456789ab"); got != "[redacted:pat]" {
			t.Errorf("got %s", got)
		}
		s := g.Session(context.Background())
		b := &batch{s: s, signal: field.Logs}
		b.resource("service.name", "x")
		b.log("", "", "pat_0123456789ab")
		edits, _ := s.Resolve()
		if len(edits) != 1 || edits[0].Text != "[redacted:pat]" {
			t.Errorf("%d edits", len(edits))
		}
		s.Close()
		if k.panics && k.lost != 1 || !k.panics && k.lost != 0 || k.deaf && len(k.events) > 0 {
			t.Errorf("%+v", k)
		}
	}
}

func TestDroppedFieldCountsOnce(t *testing.T) {
	g := newGuard(t, func(p *policy.Policy) { p.Fields.Drop = []string{"secret.cookie"} })
	events := published(g, func(b *batch) {
		b.resource("service.name", "x")
		b.log("", "", "", "secret.cookie", "a=b")
	})
	if len(events) != 1 || events[0].Rule != action.FieldID || events[0].Action != action.Drop || events[0].Template != "" {
		t.Errorf("%+v", events)
	}
}

// BenchmarkSources measures a batch in which one record in a hundred leaks.
func BenchmarkSources(b *testing.B) {
	for _, deaf := range []bool{true, false} {
		b.Run(fmt.Sprintf("listening=%v", !deaf), func(b *testing.B) {
			g := newGuard(b, nil)
			hub := finding.NewHub()
			if !deaf {
				tap, err := hub.Take()
				if err != nil {
					b.Fatal(err)
				}
				defer tap.Close()
			}
			g.PublishTo(hub.Sink(nil))
			for b.Loop() {
				s := g.Session(context.Background())
				w := &batch{s: s, signal: field.Logs}
				w.resource("service.name", "checkout", "k8s.pod.name", "checkout-a")
				w.scopeOf("com.example.pay")
				for i := range 1000 {
					body := "payment accepted in good time"
					if i%100 == 0 {
						body = "payment of joe@example.org failed"
					}
					w.log("INFO", "", body, "code.file.path", "src/pay.go", "code.line.number", "42")
				}
				s.Resolve()
				s.Close()
			}
		})
	}
}
