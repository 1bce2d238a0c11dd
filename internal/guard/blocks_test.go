package guard

import (
	"slices"
	"strings"
	"testing"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/policy"
)

func TestBlocks(t *testing.T) {
	const (
		begin, end = "-----BEGIN KEY-----", "-----END KEY-----"
		full       = "MIIEvgIBADANBgkqhkiG9w0BAQEFAASC"
		last       = "BKgwggSk"
		masked     = "[redacted:block]"
	)
	g := newGuard(t, nil)
	for _, c := range []struct{ texts, want []string }{
		{[]string{begin, full, full, last, end, full}, []string{begin, masked, masked, masked, end, full}},
		{[]string{"key: " + begin, full, last, end + " read"}, []string{"key: " + begin, masked, masked, end + " read"}},
		{[]string{"10:11 F " + begin, "10:12 F " + full, "10:12 F " + last, "10:13 F " + end}, []string{"10:11 F " + begin, "10:12 F " + masked, "10:12 F " + masked, "10:13 F " + end}},
		{[]string{`m="` + begin + `"`, `m="` + full + `"`, `m="` + end + `"`}, []string{`m="` + begin + `"`, `m="` + masked + `"`, `m="` + end + `"`}},
		{[]string{begin + "\n" + full + "\n" + full[:8], full[8:] + "\n" + last + "\n" + end + "\nok"}, []string{begin + masked, masked + "\nok"}},
		{[]string{begin, "order 17 accepted", full, end}, []string{begin, "order 17 accepted", full, end}},
		{[]string{begin, full, last, "accepted", end}, []string{begin, full, last, "accepted", end}},
		{[]string{"expected " + begin + " in the file", full, end}, []string{"expected " + begin + " in the file", full, end}},
		{[]string{begin + full + end, full, end}, []string{masked, full, end}},
	} {
		for name, slots := range map[string][]field.Slot{"bodies": asBodies(c.texts...), "elements": asElements(c.texts...)} {
			if got := applied(g, field.Resource{}, slots...); !slices.Equal(got, c.want) {
				t.Errorf("%s %q:\n got %q\nwant %q", name, c.texts, got, c.want)
			}
		}
	}
	texts := []string{begin, full, last, end}
	if got := applied(newGuard(t, func(p *policy.Policy) { p.Mode = "shadow" }), field.Resource{}, asBodies(texts...)...); !slices.Equal(got, texts) {
		t.Errorf("shadow mode: got %q", got)
	}
	other := asBodies(texts...)
	for i := range other {
		other[i].Record *= 4 // resources and scopes take numbers of their own
	}
	if got := applied(g, field.Resource{}, other...); !slices.Equal(got, texts) {
		t.Errorf("different streams: got %q", got)
	}
	// An empty line within.
	if got := applied(g, field.Resource{}, asBodies(begin, "", full, end)...); got[1] != masked {
		t.Errorf("with an empty line: got %q", got)
	}
	// The bound is on records, not on what is found in them alone.
	many := append([]string{begin}, slices.Repeat([]string{full}, maxBlockSlots+50)...)
	got := applied(g, field.Resource{}, asBodies(append(many, end)...)...)
	if slices.Contains(got, masked) {
		t.Error("a block without an end in reach is masked by a rule that wants one")
	}
	if strings.Count(strings.Join(got, "\n"), full) != maxBlockSlots+50 {
		t.Error("a line is changed")
	}
}
