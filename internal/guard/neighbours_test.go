package guard

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/policy"
)

// applied is what becomes of slots, by their order: dropped records and fields are "-".
func applied(g *Guard, resource field.Resource, slots ...field.Slot) []string {
	s := g.Session(context.Background())
	defer s.Close()
	s.Resource(resource)
	out := make([]string, len(slots))
	for i, sl := range slots {
		sl.Ref = uint32(i)
		out[i] = sl.Text
		s.Add(sl)
	}
	edits, drops := s.Resolve()
	for _, e := range edits {
		out[e.Ref] = strings.Clone(e.Text)
		if e.Op == field.DropField {
			out[e.Ref] = "-"
		}
	}
	for i := range slots {
		if slices.Contains(drops, slots[i].Record) {
			out[i] = "-"
		}
	}
	return out
}

// asBodies are texts as the bodies of records that follow one another; "" is a record
// without one.
func asBodies(texts ...string) (slots []field.Slot) {
	for i, text := range texts {
		if text != "" {
			slots = append(slots, field.Slot{Record: uint32(i), Place: field.Place{Signal: field.Logs, Part: field.Body}, Text: text})
		}
	}
	return slots
}

func asElements(texts ...string) (slots []field.Slot) {
	for _, text := range texts {
		slots = append(slots, attribute("lines", text))
	}
	return slots
}

func attribute(path, text string) field.Slot {
	key := path[strings.LastIndexByte(path, '.')+1:]
	return field.Slot{Place: field.Place{Signal: field.Logs, Part: field.Attribute, Key: key, Path: path}, Text: text}
}

// asAttributes are keys and values in turn, with the slots a walker gives them.
func asAttributes(pairs ...string) (slots []field.Slot) {
	for i := 0; i < len(pairs); i += 2 {
		key := attribute(pairs[i], pairs[i])
		key.Kind = field.Key
		slots = append(slots, key, attribute(pairs[i], pairs[i+1]))
	}
	return slots
}

func values(slots []string) (out []string) {
	for i := 1; i < len(slots); i += 2 {
		out = append(out, slots[i])
	}
	return out
}

func TestSeams(t *testing.T) {
	g := newGuard(t, nil)
	const masked = "[redacted:pat]"
	for _, c := range []struct{ texts, want []string }{
		{[]string{"token pat_0123", "456789ab in use"}, []string{"token " + masked, masked + " in use"}},
		{[]string{"token pat_0123", "456789ab"}, []string{"token " + masked, masked}},
		{[]string{"token pat_0123", "456789abcdef in use"}, []string{"token pat_0123", "456789abcdef in use"}},
		{[]string{"token pat_0123.", "456789ab in use"}, []string{"token pat_0123.", "456789ab in use"}},
		{[]string{"token pat_0123", "order accepted"}, []string{"token pat_0123", "order accepted"}},
		{[]string{`{"password":"hun`, `ter2","id":7}`}, []string{`{"password":"[redacted:password]`, `[redacted:password]","id":7}`}},
		{[]string{"mail joe@example.org", "order 17"}, []string{"mail [redacted:email]", "order 17"}},
		{[]string{"pat_0123456789ab", "order 17"}, []string{masked, "order 17"}},
		{[]string{"paid by 41111111", "11111111 twice"}, []string{"paid by [redacted:card]", "[redacted:card] twice"}},
		// The next record begins with its time.
		{[]string{"password=hunter2", "2026-03-02T10:11:12.345Z ready"}, []string{"password=[redacted:password]", "2026-03-02T10:11:12.345Z ready"}},
		{[]string{"password=hunter2", "2026/03/02 10:11:12 ready"}, []string{"password=[redacted:password]", "2026/03/02 10:11:12 ready"}},
		{[]string{"password=hunter2", "02/Mar/2026:10:11:12 ready"}, []string{"password=[redacted:password]", "02/Mar/2026:10:11:12 ready"}},
		{[]string{"password=hunter2", "20260302T101112 ready"}, []string{"password=[redacted:password]", "20260302T101112 ready"}},
		{[]string{"password=hunter2", "I0302 10:11:12 ready"}, []string{"password=[redacted:password]", "I0302 10:11:12 ready"}},
	} {
		if got := applied(g, field.Resource{}, asBodies(c.texts...)...); !slices.Equal(got, c.want) {
			t.Errorf("%q: got %q, want %q", c.texts, got, c.want)
		}
	}
	cut := []string{"token pat_0123", "456789ab in use"}
	if got := applied(g, field.Resource{}, asElements(cut...)...); got[0] != "token "+masked || got[1] != masked+" in use" {
		t.Errorf("elements: got %q", got)
	}
	apart := asBodies(cut[0], "", cut[1])
	if got := applied(g, field.Resource{}, apart...); !slices.Equal(got, cut) {
		t.Errorf("a record stands between: got %q", got)
	}
	apart = asBodies(cut...)
	apart[1].Place.Part = field.SpanName
	if got := applied(g, field.Resource{}, apart...); !slices.Equal(got, cut) {
		t.Errorf("another part: got %q", got)
	}
	shadow := newGuard(t, func(p *policy.Policy) { p.Mode = "shadow" })
	if got := applied(shadow, field.Resource{}, asBodies(cut...)...); !slices.Equal(got, cut) {
		t.Errorf("shadow mode: got %q", got)
	}
	// A token as long as this is found though it reaches far past the cut.
	long := newGuard(t, nil)
	tail := strings.Repeat("a1", 600)
	if got := applied(long, field.Resource{}, asBodies("password="+tail, tail+" x")...); got[0] != "password=[redacted:password]" || got[1] != "[redacted:password] x" {
		t.Errorf("a long one: got %.60q %.60q", got[0], got[1])
	}
}

func TestNamesAndValues(t *testing.T) {
	g := newGuard(t, nil)
	const masked = "[redacted:password]"
	for _, c := range []struct {
		pairs []string
		want  string
	}{
		{[]string{"name", "password", "value", "hunter2"}, "password " + masked},
		{[]string{"key", "db.password", "value", "hunter2"}, "db.password " + masked},
		{[]string{"header.name", "password", "header.value", "hunter2"}, "password " + masked},
		{[]string{"name", "password", "type", "string", "value", "hunter2"}, "password string " + masked},
		{[]string{"env.key", "password", "env.value.stringValue", "hunter2"}, "password " + masked},
		{[]string{"env.name", "password", "other.value", "hunter2"}, "password hunter2"},
		{[]string{"name", "tokenizer", "value", "hunter2"}, "tokenizer hunter2"},
		{[]string{"name", masked, "value", "hunter2"}, masked + " hunter2"},
		{[]string{"name", "the password", "values", "hunter2"}, "the password hunter2"},
		{[]string{"name", "no: password", "value", "hunter2"}, "no: password hunter2"},
	} {
		if got := strings.Join(values(applied(g, field.Resource{}, asAttributes(c.pairs...)...)), " "); got != c.want {
			t.Errorf("%q: got %q, want %q", c.pairs, got, c.want)
		}
	}
}

// TestBatchIdempotent is invariant 3 for what stands in several slots.
func TestBatchIdempotent(t *testing.T) {
	cut := rapid.SampledFrom([]string{
		"pat_0123", "456789ab", "pat_0123456789ab", "41111111", "11111111", "4111111111111111", "password=hun", "ter2x9", "hunter2x9", "joe@exam", "ple.org", "joe@example.org",
		"-----BEGIN KEY-----", "-----END KEY-----", "MIIEvgIBADANBgkqhkiG9w0BAQEFAASC", "MIIEvgIBAD", "ts=7 m=", "x: ", "", "\n", " ", "name", "password", "[redacted:pat]", "REDACTED", "****org", ".",
	})
	text := rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(cut, 1, 5).Draw(t, "parts"), "") })
	for _, act := range []string{"mask", "partial", "drop", "drop_record"} {
		g := newGuard(t, func(p *policy.Policy) { p.Actions = map[string]string{"contact": act, "payment": act} })
		rapid.Check(t, func(t *rapid.T) {
			texts := rapid.SliceOfN(text, 1, 8).Draw(t, "texts")
			slots := asBodies(texts...)
			switch rapid.IntRange(0, 2).Draw(t, "form") {
			case 1:
				slots = asElements(texts...)
			case 2:
				var pairs []string
				for _, text := range texts {
					pairs = append(pairs, rapid.SampledFrom([]string{"name", "value", "type", "a.key", "a.value"}).Draw(t, "key"), text)
				}
				slots = asAttributes(pairs...)
			}
			once := applied(g, field.Resource{}, slots...)
			var left []field.Slot
			var want []string
			record, removed := uint32(0), map[uint32]bool{}
			for i, sl := range slots {
				if once[i] == "-" {
					removed[sl.Record] = act == "drop_record"
					continue
				}
				if sl.Kind == field.Key && once[i+1] == "-" {
					continue // the entry went with its value
				}
				sl.Text = once[i]
				left, want = append(left, sl), append(want, once[i])
			}
			for i := range left { // records that went leave no gap
				record = left[i].Record
				for r, gone := range removed {
					if gone && r < left[i].Record {
						record--
					}
				}
				left[i].Record = record
			}
			if twice := applied(g, field.Resource{}, left...); !slices.Equal(twice, want) {
				t.Fatalf("%q\n once %q\ntwice %q", texts, once, twice)
			}
		})
	}
}

// TestCleanBatch: a batch in which nothing is found is left as it is, and looking beyond
// single texts costs no allocation.
func TestCleanBatch(t *testing.T) {
	s := newGuard(t, nil).Session(context.Background())
	defer s.Close()
	for _, sl := range cleanBatch(200) {
		s.Add(sl)
	}
	if edits, drops := s.Resolve(); len(edits)+len(drops) > 0 {
		t.Error("a clean batch is changed")
	}
	if n := testing.AllocsPerRun(20, func() { s.beyond(false); s.propagate(); s.settle() }); n > 0 {
		t.Errorf("%.0f allocations", n)
	}
}

// cleanBatch is what an application writes that has no secrets, a record of three
// texts each.
func cleanBatch(records int) (slots []field.Slot) {
	for i := range records {
		for _, sl := range []field.Slot{
			{Place: field.Place{Signal: field.Logs, Part: field.Body}, Text: fmt.Sprintf("order %d has been accepted and will be packed within the hour, batch %x", i, i*7919)},
			{Place: field.Place{Signal: field.Logs, Part: field.Attribute, Key: "url.path", Path: "url.path"}, Kind: field.Key, Text: "url.path"},
			{Place: field.Place{Signal: field.Logs, Part: field.Attribute, Key: "url.path", Path: "url.path"}, Text: "/orders"},
		} {
			sl.Ref, sl.Record = uint32(len(slots)), uint32(i)
			slots = append(slots, sl)
		}
	}
	return slots
}

func BenchmarkClean(b *testing.B) {
	const records = 1000
	g, slots := newGuard(b, nil), cleanBatch(records)
	b.ReportAllocs()
	for b.Loop() {
		s := g.Session(context.Background())
		for i := range slots {
			s.Add(slots[i])
		}
		s.Resolve()
		s.Close()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/records, "ns/record")
}

// BenchmarkNeighbours is the part of BenchmarkClean that looks beyond single texts.
func BenchmarkNeighbours(b *testing.B) {
	const records = 1000
	s := newGuard(b, nil).Session(context.Background())
	for _, sl := range cleanBatch(records) {
		s.Add(sl)
	}
	b.ReportAllocs()
	for b.Loop() {
		s.beyond(false)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/records, "ns/record")
}
