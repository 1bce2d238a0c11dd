package policy

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// TestContain reads what holds for a service that no override names, and for hr.
func TestContain(t *testing.T) {
	const hr = "\noverrides: [{match: {service.name: hr}, contain: "
	for _, c := range []struct{ in, others, hr string }{
		{"mode: enforce", "off 1m 15m follow", ""},
		{"contain: {over: 100}", "100 1m 15m follow", ""},
		{"contain: {over: 5, within: 10s, for: 2h30m, orders: ignore, classes: [secret]}", "5 10s 2h30m ignore [secret]", ""},
		{"contain: {over: 0, within: ~}", "off 1m 15m follow", ""},
		{"contain: {over: 100}" + hr + "{over: 0}}]", "100 1m 15m follow", "off 1m 15m follow"},
		{"contain: {orders: ignore}" + hr + "{over: 2, orders: follow}}]", "off 1m 15m ignore", "2 1m 15m follow"},
		{"contain: {over: 9, classes: [secret]}" + hr + "{within: 5s, for: 10s, classes: []}}]", "9 1m 15m follow [secret]", "9 5s 10s follow"},
	} {
		p := mustCompile(t, c.in)
		if c.hr == "" {
			c.hr = c.others
		}
		for service, want := range map[string]string{"cart": c.others, "hr": c.hr} {
			k := p.For(field.Resource{Attrs: []field.Attr{{Key: "service.name", Value: service}}}).Contain()
			over, orders, classes := fmt.Sprint(k.Over), "ignore", ""
			if k.Over == 0 {
				over = "off"
			}
			if k.Orders {
				orders = "follow"
			}
			if len(k.classes) > 0 {
				classes = fmt.Sprint(" ", k.classes)
			}
			if got := fmt.Sprintf("%s %s %s %s%s", over, Duration(k.Within), Duration(k.For), orders, classes); got != want {
				t.Errorf("%s, %s:\n got %s\nwant %s", c.in, service, got, want)
			}
			if want := k.Over > 0 && classes == ""; k.Counts(rule.Contact) != want || k.Counts(rule.Secret) != (k.Over > 0) {
				t.Errorf("%s, %s: counts contact %v and secret %v", c.in, service, k.Counts(rule.Contact), k.Counts(rule.Secret))
			}
		}
	}
}

func TestDurationInWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Hour: "1h", time.Minute: "1m", time.Second: "1s", 90 * time.Minute: "1h30m", 10 * time.Second: "10s", 100 * time.Minute: "1h40m",
		70 * time.Second: "1m10s", 20 * time.Hour: "20h", 10 * time.Minute: "10m", time.Hour + time.Second: "1h0m1s", 500 * time.Millisecond: "500ms",
	} {
		if got := Duration(d).String(); got != want {
			t.Errorf("%v is %s, want %s", d, got, want)
		}
	}
}

func TestStructural(t *testing.T) {
	s := mustCompile(t, "fields: {leave: [app.release_hash]}").For(field.Resource{})
	hex := strings.Repeat("0af1", 8)
	for _, c := range []struct {
		part        field.Part
		path, value string
		want        bool
	}{
		{field.Attribute, "http.request.method", "GET", true},
		{field.Attribute, "http.request.method", "GET me out", false},
		{field.Attribute, "http.request.header.cookie", "a", false},
		{field.Attribute, "http.status_code", "200", true},
		{field.Attribute, "http.status_code", "2000", false},
		{field.Attribute, "code.function.name", "com.example.Cart.add", true},
		{field.Attribute, "code.file.path", "/src/cart/add.go", true},
		{field.Attribute, "gen_ai.request.model", "small-1", true},
		{field.Attribute, "gen_ai.prompt", "hello", false},
		{field.Attribute, "user.name", "ann", false},
		{field.Attribute, "app.customer", "ann", false},
		{field.Attribute, "app.release_hash", "ab12", true},
		{field.Attribute, "trace_id", hex, true},
		{field.Attribute, "trace_id", hex + "-" + hex, false},
		{field.Attribute, "container.id", hex + hex, true},
		{field.Body, "level", "info", true},
		{field.Body, "time", "2026-11-25 01:02:03,004", true},
		{field.Body, "time", "noon", false},
		{field.Body, "customer", "ann", false},
		{field.Body, "", "info", false},
		{field.ResourceAttribute, "customer", "acme", true},
		{field.ResourceAttribute, "customer", "acme, the one", false},
		{field.ResourceAttribute, "process.command_args", "hunter", false},
		{field.ResourceAttribute, "process.command_line", "serve", false},
		{field.ResourceAttribute, "service.version", "v1.2.3+4", true},
	} {
		shape, ok := s.Structural(field.Place{Part: c.part, Key: c.path, Path: c.path})
		if got := ok && shape(c.value); got != c.want {
			t.Errorf("%v %s, %q: %v", c.part, c.path, c.value, got)
		}
	}
}
