package pdatawalk_test

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/xpdata/entity"
	"go.opentelemetry.io/otel/trace"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/pdatawalk"
)

func oneLog() (plog.Logs, plog.LogRecord) {
	ld := plog.NewLogs()
	return ld, ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
}

// on answers one text with one edit.
func on(text string, e field.Edit) *funcGate {
	return &funcGate{edit: func(s field.Slot) (field.Edit, bool) { return e, s.Text == text }}
}

// replaceAll replaces the listed texts by a mask, wherever they stand.
func replaceAll(texts ...string) *funcGate {
	return &funcGate{edit: func(s field.Slot) (field.Edit, bool) {
		return field.Edit{Op: field.Replace, Text: "[redacted:x]"}, slices.Contains(texts, s.Text)
	}}
}

func TestPlaces(t *testing.T) {
	ld, lr := oneLog()
	ld.ResourceLogs().At(0).Resource().Attributes().PutStr("service.name", "shop")
	lr.SetEventName("paid")
	m := lr.Body().SetEmptyMap()
	m.PutStr("a", "1")
	m.PutEmptyMap("b").PutInt("c", 2)
	arr := lr.Attributes().PutEmptySlice("list")
	arr.AppendEmpty().SetStr("e0")
	arr.AppendEmpty().SetEmptyMap().PutDouble("k", 4e15)
	lr.Attributes().PutBool("flag", true)
	lr.Attributes().PutEmptyBytes("raw").FromRaw([]byte{0xff, 'x'})
	lr.Attributes().PutEmptyMap("").PutStr("d", "v")

	var got []string
	g := &funcGate{edit: func(s field.Slot) (field.Edit, bool) {
		got = append(got, fmt.Sprintf("%s %d key=%q path=%q %q", s.Place.Part, s.Kind, s.Place.Key, s.Place.Path, s.Text))
		return field.Edit{}, false
	}}
	pdatawalk.Logs(g, ld, pdatawalk.Limits{})
	want := []string{
		`resource.attribute 3 key="service.name" path="service.name" "service.name"`,
		`resource.attribute 0 key="service.name" path="service.name" "shop"`,
		`event_name 0 key="" path="" "paid"`,
		`body 3 key="a" path="a" "a"`,
		`body 0 key="a" path="a" "1"`,
		`body 3 key="b" path="b" "b"`,
		`body 3 key="c" path="b.c" "c"`,
		`body 2 key="c" path="b.c" "2"`,
		`attribute 3 key="list" path="list" "list"`,
		`attribute 0 key="list" path="list" "e0"`,
		`attribute 3 key="k" path="list.k" "k"`,
		`attribute 2 key="k" path="list.k" "4000000000000000"`,
		`attribute 3 key="flag" path="flag" "flag"`,
		`attribute 3 key="raw" path="raw" "raw"`,
		`attribute 1 key="raw" path="raw" "\xffx"`,
		`attribute 3 key="" path="" ""`,
		`attribute 3 key="d" path=".d" "d"`,
		`attribute 0 key="d" path=".d" "v"`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestResourceIsAnnouncedFirst(t *testing.T) {
	md := pmetric.NewMetrics()
	for _, name := range []string{"a", "b\xff"} {
		rm := md.ResourceMetrics().AppendEmpty()
		rm.Resource().Attributes().PutStr("service.name", name)
		rm.Resource().Attributes().PutStr("k\xff", "v")
		rm.Resource().Attributes().PutInt("pid", 7)
		rm.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty().SetName("m-" + name[:1])
	}
	g := &orderGate{}
	stats := pdatawalk.Metrics(g, md, pdatawalk.Limits{})
	want := "<service.name=a> <k\uFFFD=v> service.name a k\uFFFD v pid 7 m-a " +
		"<service.name=b\uFFFD> <k\uFFFD=v> service.name b\uFFFD k\uFFFD v pid 7 m-b "
	if g.log.String() != want || stats.Repaired != 3 {
		t.Errorf("got %q, repaired %d, want %q, 3", g.log.String(), stats.Repaired, want)
	}
}

type orderGate struct{ log strings.Builder }

func (g *orderGate) Resource(r field.Resource) {
	for _, a := range r.Attrs {
		fmt.Fprintf(&g.log, "<%s=%s> ", a.Key, a.Value)
	}
}
func (g *orderGate) Add(s field.Slot)                { g.log.WriteString(s.Text + " ") }
func (*orderGate) Resolve() ([]field.Edit, []uint32) { return nil, nil }

func TestValueEdits(t *testing.T) {
	str := func(s string) func(pcommon.Value) { return func(v pcommon.Value) { v.SetStr(s) } }
	num := func(v pcommon.Value) { v.SetInt(42) }
	dbl := func(v pcommon.Value) { v.SetDouble(42) }
	raw := func(v pcommon.Value) { v.SetEmptyBytes().FromRaw([]byte("42")) }
	tests := []struct {
		name string
		set  func(pcommon.Value)
		edit field.Edit
		want string // kind and text; "" if the entry is gone
	}{
		{"string", str("42"), field.Edit{Op: field.Replace, Text: "m"}, "Str m"},
		{"int", num, field.Edit{Op: field.Replace, Text: "m"}, "Str m"},
		{"double", dbl, field.Edit{Op: field.Replace, Text: "m"}, "Str m"},
		{"bytes", raw, field.Edit{Op: field.Replace, Text: "m"}, "Bytes m"},
		{"bytes that are no text", raw, field.Edit{Op: field.Replace, Text: "m\xff"}, "Bytes m\xff"},
		{"string that would be no text", str("42"), field.Edit{Op: field.Replace, Text: "m\xff"}, "Str m\uFFFD"},
		{"bytes, tombstone", raw, field.Edit{Op: field.Tombstone, Text: "m"}, "Str m"},
		{"int, tombstone", num, field.Edit{Op: field.Tombstone, Text: "m"}, "Str m"},
		{"int, zero", num, field.Edit{Op: field.Zero}, "Int 0"},
		{"double, zero", dbl, field.Edit{Op: field.Zero}, "Double 0"},
		{"string, zero", str("42"), field.Edit{Op: field.Zero}, "Str "},
		{"string, drop", str("42"), field.Edit{Op: field.DropField}, ""},
		{"int, drop", num, field.Edit{Op: field.DropField}, ""},
	}
	show := func(v pcommon.Value) string {
		if v.Type() == pcommon.ValueTypeBytes {
			return "Bytes " + string(v.Bytes().AsRaw())
		}
		return v.Type().String() + " " + v.AsString()
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ld, lr := oneLog()
			lr.Attributes().PutStr("before", "b")
			tt.set(lr.Attributes().PutEmpty("k"))
			lr.Attributes().PutStr("after", "a")
			arr := lr.Attributes().PutEmptySlice("list")
			arr.AppendEmpty().SetStr("b")
			tt.set(arr.AppendEmpty())
			tt.set(lr.Body())
			stats := pdatawalk.Logs(on("42", tt.edit), ld, pdatawalk.Limits{})
			v, ok := lr.Attributes().Get("k")
			arr = value(lr.Attributes(), "list").Slice()
			if !ok {
				if tt.want != "" || arr.Len() != 1 || lr.Body().Type() != pcommon.ValueTypeEmpty || lr.Attributes().Len() != 3 {
					t.Errorf("entry is gone, list has %d, body is %s", arr.Len(), lr.Body().Type())
				}
				return
			}
			if show(v) != tt.want || show(arr.At(1)) != tt.want || show(lr.Body()) != tt.want {
				t.Errorf("attribute %q, element %q, body %q, want %q", show(v), show(arr.At(1)), show(lr.Body()), tt.want)
			}
			if stats.Masked+stats.Tombstoned != 1 || stats.Tombstoned == 1 != (tt.edit.Op == field.Tombstone) {
				t.Errorf("%+v", stats)
			}
		})
	}
}

func value(m pcommon.Map, k string) pcommon.Value {
	v, _ := m.Get(k)
	return v
}

func keysOf(m pcommon.Map) string {
	var out []string
	for k := range m.All() {
		out = append(out, k)
	}
	return strings.Join(out, " ")
}

func TestKeys(t *testing.T) {
	tests := []struct{ name, keys, edit, want string }{
		{"keeps its place", "a b c", "b", "a [redacted:x] c"},
		{"two of a kind", "a b c", "a c", "[redacted:x] b [redacted:x]#2"},
		{"one is there already", "[redacted:x] b c", "b c", "[redacted:x] [redacted:x]#2 [redacted:x]#3"},
		{"one comes later", "b [redacted:x]", "b", "[redacted:x]#2 [redacted:x]"},
		{"the number is taken too", "b [redacted:x] [redacted:x]#2 c", "b c", "[redacted:x]#3 [redacted:x] [redacted:x]#2 [redacted:x]#4"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ld, lr := oneLog()
			for i, k := range strings.Fields(tt.keys) {
				lr.Attributes().PutInt(k, int64(i))
			}
			pdatawalk.Logs(replaceAll(strings.Fields(tt.edit)...), ld, pdatawalk.Limits{})
			if got := keysOf(lr.Attributes()); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			i := int64(0)
			for _, v := range lr.Attributes().All() {
				if v.Int() != i {
					t.Errorf("values changed places")
				}
				i++
			}
		})
	}
}

// A map of many masked keys must not cost the square of their number.
func TestManyMaskedKeys(t *testing.T) {
	const n = 100_000
	ld, lr := oneLog()
	raw := make(map[string]any, n)
	for i := range n {
		raw[fmt.Sprint("k", i)] = int64(i)
	}
	if err := lr.Attributes().FromRaw(raw); err != nil {
		t.Fatal(err)
	}
	pdatawalk.Logs(&funcGate{edit: func(s field.Slot) (field.Edit, bool) {
		return field.Edit{Text: "[redacted:x]"}, s.Kind == field.Key
	}}, ld, pdatawalk.Limits{})
	if !strings.HasSuffix(keysOf(lr.Attributes()), fmt.Sprintf("]#%d", n)) {
		t.Error("keys are not numbered in order")
	}
}

func TestEntityReferencesFollow(t *testing.T) {
	tests := []struct{ name, edit, drop, ids, attributes string }{
		{"renamed", "b", "", "a [redacted:x] c", "a [redacted:x] c"},
		{"renamed twice", "a c", "", "[redacted:x] b [redacted:x]#2", "[redacted:x] b [redacted:x]#2"},
		{"dropped", "", "b", "a c", "a c"},
		{"renamed and dropped", "a", "c", "[redacted:x] b", "[redacted:x] b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			td := ptrace.NewTraces()
			rs := td.ResourceSpans().AppendEmpty()
			ref := entity.ResourceEntityRefs(rs.Resource()).AppendEmpty()
			for _, k := range []string{"a", "b", "c"} {
				rs.Resource().Attributes().PutBool(k, true)
				ref.IdKeys().Append(k)
			}
			// The gate knows nothing of entity references here: they follow anyway.
			pdatawalk.Traces(&funcGate{edit: func(s field.Slot) (field.Edit, bool) {
				if s.Place.Part != field.ResourceAttribute {
					return field.Edit{}, false
				}
				if slices.Contains(strings.Fields(tt.drop), s.Text) {
					return field.Edit{Op: field.DropField}, true
				}
				return field.Edit{Text: "[redacted:x]"}, slices.Contains(strings.Fields(tt.edit), s.Text)
			}}, td, pdatawalk.Limits{})
			if got := strings.Join(ref.IdKeys().AsRaw(), " "); got != tt.ids {
				t.Errorf("id keys %s, want %s", got, tt.ids)
			}
			if got := keysOf(rs.Resource().Attributes()); got != tt.attributes {
				t.Errorf("attributes %s, want %s", got, tt.attributes)
			}
		})
	}
}

func TestTraceState(t *testing.T) {
	long := strings.Repeat("v", 257)
	tests := []struct{ state, edited, want string }{
		{"a=1,b=2", "a=[redacted:x],b=2", "a=[redacted:x],b=2"},
		{"a=1, b=2", "a=[redacted:x], b=2", "a=[redacted:x], b=2"},
		{"a=1,b=2", "[redacted:x]=1,b=2", "b=2"},
		{"a=1,b=2", "[redacted:x]", ""},
		{"a=1,b=2", "[airtight: too deep]", ""},
		{"a=1,b=2", "a=x=y,b=2", "b=2"},
		{"a=1,b=2", "a=" + long + ",b=2", "b=2"},
		{"a=1,b=2", "a=1,a=2,b=2", "a=1,b=2"},
		{"a=1,b=2", "A=1,9=1,9@a=1,a@9=1,a@b=1,_a=1,é=1,b=é,b= ,b=2", "9@a=1,a@b=1,b=2"},
		{"a=1", strings.Repeat("a=1,", 3) + "b=2", "a=1,b=2"},
	}
	for _, tt := range tests {
		td := ptrace.NewTraces()
		s := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		s.TraceState().FromRaw(tt.state)
		l := s.Links().AppendEmpty()
		l.TraceState().FromRaw(tt.state)
		pdatawalk.Traces(on(tt.state, field.Edit{Text: tt.edited}), td, pdatawalk.Limits{})
		if got := s.TraceState().AsRaw(); got != tt.want || got != l.TraceState().AsRaw() {
			t.Errorf("%.40q: got %q, link %q, want %q", tt.edited, got, l.TraceState().AsRaw(), tt.want)
		}
	}
}

// What is left of an edited trace state is valid to the OpenTelemetry SDK.
func FuzzTraceState(f *testing.F) {
	f.Add("a=1,b@c=[redacted:x]")
	f.Add("a=1, ,9a@b=\x7f,a=2")
	f.Fuzz(func(t *testing.T, edited string) {
		td := ptrace.NewTraces()
		s := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		s.TraceState().FromRaw("original")
		pdatawalk.Traces(on("original", field.Edit{Text: edited}), td, pdatawalk.Limits{})
		got, err := trace.ParseTraceState(s.TraceState().AsRaw())
		if err != nil {
			t.Fatalf("%q of %q: %v", s.TraceState().AsRaw(), edited, err)
		}
		if want, err := trace.ParseTraceState(edited); err == nil && got.String() != want.String() {
			t.Fatalf("valid %q became %q", edited, got)
		}
	})
}

func TestDepth(t *testing.T) {
	const levels = 740_000
	tests := []struct {
		name   string
		levels int
		maps   bool
		max    int
		deep   int // number of tombstones
	}{
		{"at the limit", 30, true, 0, 0},
		{"arrays at the limit", 32, false, 0, 0},
		{"arrays beyond it", 33, false, 0, 1},
		{"sixty arrays", 60, false, 0, 1},
		{"more than protobuf takes, whatever the limit", 31, true, 1000, 1},
		{"as many arrays as protobuf takes", 45, false, 1000, 0},
		{"one more", 46, false, 1000, 1},
		{"none allowed but one", 2, true, 1, 1},
		{"hostile arrays", levels, false, 0, 1},
		{"hostile maps", levels, true, 0, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ld, lr := oneLog()
			nest(lr.Attributes().PutEmpty("deep"), tt.levels, tt.maps)
			lr.Attributes().PutStr("neighbour", "n")
			stats := pdatawalk.Logs(&funcGate{}, ld, pdatawalk.Limits{MaxDepth: tt.max})
			if stats.TooDeep != tt.deep || stats.Tombstoned != tt.deep {
				t.Fatalf("%+v", stats)
			}
			b := logsBatch(ld)
			if _, err := b.decode(b.marshal()); err != nil {
				t.Fatal(err)
			}
			if tt.deep > 0 && !strings.Contains(string(b.marshal()), field.ReasonDepth.TombstoneText()) {
				t.Error("no tombstone")
			}
			if value(lr.Attributes(), "neighbour").Str() != "n" {
				t.Error("the neighbour changed")
			}
		})
	}
}

// The deepest place a value can stand at is an exemplar's attribute.
func TestDepthInExemplar(t *testing.T) {
	md := pmetric.NewMetrics()
	p := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty().SetEmptyGauge().DataPoints().AppendEmpty()
	nest(p.Exemplars().AppendEmpty().FilteredAttributes().PutEmpty("k"), 100, true)
	nest(p.Attributes().PutEmpty("k"), 100, true)
	if stats := pdatawalk.Metrics(&funcGate{}, md, pdatawalk.Limits{MaxDepth: 1000}); stats.TooDeep != 2 {
		t.Fatalf("%+v", stats)
	}
	b := metricsBatch(md)
	if _, err := b.decode(b.marshal()); err != nil {
		t.Fatal(err)
	}
}

func TestLongPathsAreCut(t *testing.T) {
	ld, lr := oneLog()
	long := strings.Repeat("ä", 120)
	m := lr.Attributes().PutEmptyMap(long)
	for i := range 1000 {
		m.PutEmptyMap(fmt.Sprintf("%s%d", long, i)).PutStr("leave.me", "v")
	}
	var paths []string
	pdatawalk.Logs(&funcGate{edit: func(s field.Slot) (field.Edit, bool) {
		if s.Text == "v" {
			paths = append(paths, s.Place.Path)
		}
		return field.Edit{}, false
	}}, ld, pdatawalk.Limits{})
	for _, p := range paths {
		if len(p) > 256+20 || !strings.HasPrefix(p, long) || !strings.HasSuffix(p, "….leave.me") {
			t.Fatalf("path of %d bytes", len(p))
		}
	}
}

func TestNumberTexts(t *testing.T) {
	tests := []struct {
		f    float64
		want string
	}{
		{4111111111111111, "4111111111111111"}, {-0.5, "-0.5"}, {1e20, "100000000000000000000"}, {1e21, "1e+21"}, {1e-9, "1e-09"}, {math.Inf(1), "+Inf"}, {math.NaN(), "NaN"}, {0, "0"},
	}
	for _, tt := range tests {
		ld, lr := oneLog()
		lr.Body().SetDouble(tt.f)
		got := ""
		pdatawalk.Logs(&funcGate{edit: func(s field.Slot) (field.Edit, bool) { got = strings.Clone(s.Text); return field.Edit{}, false }}, ld, pdatawalk.Limits{})
		if got != tt.want {
			t.Errorf("%v: got %s, want %s", tt.f, got, tt.want)
		}
	}
}

func TestInvalidUTF8(t *testing.T) {
	ld, lr := oneLog()
	lr.Body().SetStr("a\xffb")
	lr.SetEventName("\xc3")
	lr.Attributes().PutStr("k\xff", "v\xfe")
	lr.Attributes().PutStr("k\xfe", "w")
	lr.Attributes().PutEmptyBytes("raw").FromRaw([]byte{0xff})
	stats := pdatawalk.Logs(&funcGate{}, ld, pdatawalk.Limits{})
	if got := keysOf(lr.Attributes()); got != "k\uFFFD k\uFFFD#2 raw" {
		t.Errorf("keys %q", got)
	}
	if lr.Body().Str() != "a\uFFFDb" || lr.EventName() != "\uFFFD" || value(lr.Attributes(), "k\uFFFD").Str() != "v\uFFFD" {
		t.Error("strings are not repaired")
	}
	if value(lr.Attributes(), "raw").Bytes().At(0) != 0xff {
		t.Error("bytes are no text and were changed")
	}
	if stats.Repaired != 5 || stats.Clean != 1 {
		t.Errorf("%+v", stats)
	}
}

// Dropping takes what is named and what it empties, and nothing else.
func TestDrop(t *testing.T) {
	build := func() plog.Logs {
		ld := plog.NewLogs()
		for r := range 2 {
			rl := ld.ResourceLogs().AppendEmpty()
			rl.SetSchemaUrl(fmt.Sprintf("r%d", r))
			rl.ScopeLogs().AppendEmpty() // empty from the start
			for s := range 2 {
				sl := rl.ScopeLogs().AppendEmpty()
				sl.Scope().SetName(fmt.Sprintf("s%d%d", r, s))
				for l := range 2 {
					sl.LogRecords().AppendEmpty().Body().SetStr(fmt.Sprintf("l%d%d%d", r, s, l))
				}
			}
		}
		return ld
	}
	tests := []struct{ drop, want string }{
		{"", "r0 s00 l000 l001 s01 l010 l011 r1 s10 l100 l101 s11 l110 l111"},
		{"l000", "r0 s00 l001 s01 l010 l011 r1 s10 l100 l101 s11 l110 l111"},
		{"l000 l001", "r0 s01 l010 l011 r1 s10 l100 l101 s11 l110 l111"},
		{"s00 l111", "r0 s01 l010 l011 r1 s10 l100 l101 s11 l110"},
		{"r0", "r1 s10 l100 l101 s11 l110 l111"},
		{"r0 l100", "r1 s10 l101 s11 l110 l111"},
		{"r0 s10 s11", "r1"},
	}
	for _, tt := range tests {
		ld := build()
		names := map[string]uint32{}
		g := &dropGate{drop: strings.Fields(tt.drop), records: names}
		stats := pdatawalk.Logs(g, ld, pdatawalk.Limits{})
		var got []string
		left := 0
		for _, rl := range ld.ResourceLogs().All() {
			got = append(got, rl.SchemaUrl())
			for _, sl := range rl.ScopeLogs().All() {
				if sl.Scope().Name() != "" {
					got = append(got, sl.Scope().Name())
				}
				for _, lr := range sl.LogRecords().All() {
					got = append(got, lr.Body().Str())
					left++
				}
			}
		}
		if strings.Join(got, " ") != tt.want || stats.Dropped != 8-left || stats.Clean != left {
			t.Errorf("drop %s: got %s, %+v", tt.drop, strings.Join(got, " "), stats)
		}
	}
}

type dropGate struct {
	drop    []string
	records map[string]uint32
}

func (g *dropGate) Resource(field.Resource) {}
func (g *dropGate) Add(s field.Slot)        { g.records[s.Text] = s.Record }
func (g *dropGate) Resolve() (edits []field.Edit, drop []uint32) {
	for _, d := range g.drop {
		drop = append(drop, g.records[d])
	}
	return nil, drop
}

func gauge(attributes ...map[string]any) pmetric.Metrics {
	md := pmetric.NewMetrics()
	m := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName("requests")
	m.SetUnit("1")
	points := m.SetEmptyGauge().DataPoints()
	for _, a := range attributes {
		_ = points.AppendEmpty().Attributes().FromRaw(a)
	}
	return md
}

func TestMetricNames(t *testing.T) {
	for _, text := range []string{"requests", "1"} {
		for _, op := range []field.Op{field.Replace, field.DropField, field.Tombstone} {
			md := gauge(map[string]any{"a": "b"}, map[string]any{"a": "c"})
			stats := pdatawalk.Metrics(on(text, field.Edit{Op: op, Text: "[redacted:x]"}), md, pdatawalk.Limits{})
			if md.ResourceMetrics().Len() != 0 || stats.MetricsDropped != 1 || stats.Dropped != 2 {
				t.Errorf("edit %d of %s: %+v", op, text, stats)
			}
		}
	}
}

// The discriminator stands behind a mask, and elsewhere only where there is none.
func TestDiscriminator(t *testing.T) {
	const d = `#[a-z2-7]{10}`
	tests := []struct {
		name string
		edit field.Edit
		want string // of the two points' attributes, as key=value
	}{
		{"mask", field.Edit{Text: "[redacted:x]"}, `k=\[redacted:x\]` + d + ` n=1`},
		{"mask in JSON", field.Edit{Text: `{"a":"[redacted:x]","b":"[redacted:x]"}`}, `k={"a":"\[redacted:x\]` + d + `","b":"\[redacted:x\]"} n=1`},
		{"tombstone", field.Edit{Op: field.Tombstone, Text: "[airtight: budget spent]"}, `k=\[airtight: budget spent\]` + d + ` n=1`},
		{"in a URL", field.Edit{Text: "https://example.com/?q=REDACTED"}, `k=https://example.com/\?q=REDACTED n=1 airtight.series=[a-z2-7]{10}`},
		{"dropped", field.Edit{Op: field.DropField}, `n=1 airtight.series=[a-z2-7]{10}`},
		{"token", field.Edit{Text: "contact_k1_abcdefghijklmnop", Distinct: true}, `k=contact_k1_abcdefghijklmnop n=1`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			md := pmetric.NewMetrics()
			points := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty().SetEmptySum().DataPoints()
			for _, v := range []string{"hit 1", "hit 2", "hit 1"} {
				a := points.AppendEmpty().Attributes()
				a.PutStr("k", v)
				a.PutInt("n", 1)
			}
			pdatawalk.Metrics(&funcGate{edit: func(s field.Slot) (field.Edit, bool) {
				return tt.edit, strings.HasPrefix(s.Text, "hit")
			}}, md, pdatawalk.Limits{})
			var sets []string
			for _, p := range points.All() {
				var set []string
				for k, v := range p.Attributes().All() {
					set = append(set, k+"="+v.AsString())
				}
				sets = append(sets, strings.Join(set, " "))
				if !regexp.MustCompile("^" + tt.want + "$").MatchString(sets[0]) {
					t.Errorf("got %s, want %s", sets[0], tt.want)
				}
			}
			if (sets[0] == sets[1]) != tt.edit.Distinct || sets[0] != sets[2] {
				t.Errorf("got %q", sets)
			}
		})
	}
}

// What a scope is called is part of the identity of its metrics.
func TestDiscriminatorOfScope(t *testing.T) {
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	for _, name := range []string{"hit 1", "hit 2", "hit 1"} {
		rm.ScopeMetrics().AppendEmpty().Scope().SetName(name)
		rm.ScopeMetrics().AppendEmpty().Scope().SetVersion(name)
		rm.ScopeMetrics().AppendEmpty().Scope().Attributes().PutStr("k", name)
	}
	pdatawalk.Metrics(replaceAll("hit 1", "hit 2"), md, pdatawalk.Limits{})
	distinct := map[string]bool{}
	for _, sm := range rm.ScopeMetrics().All() {
		sc := sm.Scope()
		id := sc.Name() + "|" + sc.Version() + "|" + keysOf(sc.Attributes())
		if v, ok := sc.Attributes().Get("k"); ok {
			id += v.Str()
		}
		distinct[id] = true
		if !strings.Contains(id, "[redacted:x]#") {
			t.Errorf("got %s", id)
		}
	}
	if len(distinct) != 6 {
		t.Errorf("%d scopes of 6 are distinct", len(distinct))
	}
}

// Two values nested too deep differ below the limit only.
func TestDiscriminatorOfTooDeep(t *testing.T) {
	md := gauge(nil, nil)
	points := md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Gauge().DataPoints()
	nest(points.At(0).Attributes().PutEmpty("k"), 40, false)
	nest(points.At(1).Attributes().PutEmpty("k"), 41, false)
	pdatawalk.Metrics(&funcGate{}, md, pdatawalk.Limits{})
	if points.At(0).Attributes().Equal(points.At(1).Attributes()) {
		t.Error("two series became one")
	}
}

// Data that cannot be edited must not be returned as if it had been.
func TestReadOnlyPanics(t *testing.T) {
	ld, lr := oneLog()
	lr.Body().SetStr("hit")
	ld.MarkReadOnly()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	pdatawalk.Logs(replaceAll("hit"), ld, pdatawalk.Limits{})
}

// Walks share pooled scratch; run with -race.
func TestConcurrentWalks(t *testing.T) {
	var wg sync.WaitGroup
	for n := range 4 {
		wg.Go(func() {
			for i := range 200 {
				ld, lr := oneLog()
				text := fmt.Sprint("hit", n, i)
				lr.Body().SetStr(text)
				lr.Attributes().PutEmptyMap(text).PutInt("n", int64(i))
				pdatawalk.Logs(replaceAll(text, fmt.Sprint(i)), ld, pdatawalk.Limits{})
				if lr.Body().Str() != "[redacted:x]" || keysOf(lr.Attributes()) != "[redacted:x]" {
					t.Error("not edited")
				}
			}
		})
	}
	wg.Wait()
}

func FuzzLogsProto(f *testing.F) {
	ld, lr := oneLog()
	lr.Body().SetEmptyMap().PutEmptySlice("a").AppendEmpty().SetStr("text")
	lr.Attributes().PutInt("n", 1)
	f.Add(logsBatch(ld).marshal())
	f.Fuzz(func(t *testing.T, in []byte) {
		ld, err := new(plog.ProtoUnmarshaler).UnmarshalLogs(in)
		if err != nil {
			return
		}
		stats := pdatawalk.Logs(&funcGate{edit: func(s field.Slot) (field.Edit, bool) {
			return field.Edit{Op: field.Op(s.Ref % 3), Text: "[redacted:x]"}, s.Ref%2 == 0
		}}, ld, pdatawalk.Limits{})
		if stats.Panicked {
			t.Fatal("panicked")
		}
		b := logsBatch(ld)
		if _, err := b.decode(b.marshal()); err != nil {
			t.Fatal(err)
		}
	})
}
