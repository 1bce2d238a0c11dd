package pdatawalk_test

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"slices"
	"sort"
	"strings"
	"testing"
	"unicode/utf8"

	"go.opentelemetry.io/collector/featuregate"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/xpdata/pref"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/pdatawalk"
)

// funcGate asks a function about each slot.
type funcGate struct {
	edit  func(field.Slot) (field.Edit, bool)
	drops func(record uint32) bool
	// backwards answers in the opposite order: a gate may answer in any.
	backwards bool

	edits   []field.Edit
	records map[uint32]bool
}

func (g *funcGate) Resource(field.Resource) {}

func (g *funcGate) Add(s field.Slot) {
	if g.records == nil {
		g.records = map[uint32]bool{}
	}
	g.records[s.Record] = true
	if g.edit == nil {
		return
	}
	if e, ok := g.edit(s); ok {
		e.Ref = s.Ref
		g.edits = append(g.edits, e)
	}
}

func (g *funcGate) Resolve() (edits []field.Edit, drop []uint32) {
	if g.drops != nil {
		for r := range g.records {
			if g.drops(r) {
				drop = append(drop, r)
			}
		}
	}
	if g.backwards {
		slices.Reverse(g.edits)
	}
	return g.edits, drop
}

// batch is one message of any signal with its codec.
type batch struct {
	walk    func(pdatawalk.Gate) pdatawalk.Stats
	marshal func() []byte
	// decode fails where Unmarshal does, else it returns what Marshal makes of it.
	decode func([]byte) ([]byte, error)
	// maps are all maps of the message, in order.
	maps func() []pcommon.Map
	// traceStates are all trace states of the message.
	traceStates func() []string
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

func logsBatch(ld plog.Logs) batch {
	return batch{
		walk:    func(g pdatawalk.Gate) pdatawalk.Stats { return pdatawalk.Logs(g, ld, pdatawalk.Limits{}) },
		marshal: func() []byte { return must(new(plog.ProtoMarshaler).MarshalLogs(ld)) },
		decode: func(b []byte) ([]byte, error) {
			ld, err := new(plog.ProtoUnmarshaler).UnmarshalLogs(b)
			if err != nil {
				return nil, err
			}
			return new(plog.ProtoMarshaler).MarshalLogs(ld)
		},
		maps: func() (out []pcommon.Map) {
			for _, rl := range ld.ResourceLogs().All() {
				out = mapsIn(out, rl.Resource().Attributes())
				for _, sl := range rl.ScopeLogs().All() {
					out = mapsIn(out, sl.Scope().Attributes())
					for _, lr := range sl.LogRecords().All() {
						out = mapsInValue(out, lr.Body())
						out = mapsIn(out, lr.Attributes())
					}
				}
			}
			return out
		},
		traceStates: func() []string { return nil },
	}
}

func tracesBatch(td ptrace.Traces) batch {
	return batch{
		walk:    func(g pdatawalk.Gate) pdatawalk.Stats { return pdatawalk.Traces(g, td, pdatawalk.Limits{}) },
		marshal: func() []byte { return must(new(ptrace.ProtoMarshaler).MarshalTraces(td)) },
		decode: func(b []byte) ([]byte, error) {
			td, err := new(ptrace.ProtoUnmarshaler).UnmarshalTraces(b)
			if err != nil {
				return nil, err
			}
			return new(ptrace.ProtoMarshaler).MarshalTraces(td)
		},
		maps: func() (out []pcommon.Map) {
			for _, rs := range td.ResourceSpans().All() {
				out = mapsIn(out, rs.Resource().Attributes())
				for _, ss := range rs.ScopeSpans().All() {
					out = mapsIn(out, ss.Scope().Attributes())
					for _, s := range ss.Spans().All() {
						out = mapsIn(out, s.Attributes())
						for _, e := range s.Events().All() {
							out = mapsIn(out, e.Attributes())
						}
						for _, l := range s.Links().All() {
							out = mapsIn(out, l.Attributes())
						}
					}
				}
			}
			return out
		},
		traceStates: func() (out []string) {
			for _, rs := range td.ResourceSpans().All() {
				for _, ss := range rs.ScopeSpans().All() {
					for _, s := range ss.Spans().All() {
						out = append(out, s.TraceState().AsRaw())
						for _, l := range s.Links().All() {
							out = append(out, l.TraceState().AsRaw())
						}
					}
				}
			}
			return out
		},
	}
}

func metricsBatch(md pmetric.Metrics) batch {
	return batch{
		walk:    func(g pdatawalk.Gate) pdatawalk.Stats { return pdatawalk.Metrics(g, md, pdatawalk.Limits{}) },
		marshal: func() []byte { return must(new(pmetric.ProtoMarshaler).MarshalMetrics(md)) },
		decode: func(b []byte) ([]byte, error) {
			md, err := new(pmetric.ProtoUnmarshaler).UnmarshalMetrics(b)
			if err != nil {
				return nil, err
			}
			return new(pmetric.ProtoMarshaler).MarshalMetrics(md)
		},
		maps: func() (out []pcommon.Map) {
			for _, rm := range md.ResourceMetrics().All() {
				out = mapsIn(out, rm.Resource().Attributes())
				for _, sm := range rm.ScopeMetrics().All() {
					out = mapsIn(out, sm.Scope().Attributes())
					for _, m := range sm.Metrics().All() {
						out = mapsIn(out, m.Metadata())
						for _, p := range points(m) {
							out = mapsIn(out, p)
						}
					}
				}
			}
			return out
		},
		traceStates: func() []string { return nil },
	}
}

// points are the attributes of a metric's data points.
func points(m pmetric.Metric) (out []pcommon.Map) {
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		for _, p := range m.Gauge().DataPoints().All() {
			out = append(out, p.Attributes())
		}
	case pmetric.MetricTypeSum:
		for _, p := range m.Sum().DataPoints().All() {
			out = append(out, p.Attributes())
		}
	case pmetric.MetricTypeHistogram:
		for _, p := range m.Histogram().DataPoints().All() {
			out = append(out, p.Attributes())
		}
	case pmetric.MetricTypeExponentialHistogram:
		for _, p := range m.ExponentialHistogram().DataPoints().All() {
			out = append(out, p.Attributes())
		}
	case pmetric.MetricTypeSummary:
		for _, p := range m.Summary().DataPoints().All() {
			out = append(out, p.Attributes())
		}
	}
	return out
}

func mapsIn(out []pcommon.Map, m pcommon.Map) []pcommon.Map {
	out = append(out, m)
	for _, v := range m.All() {
		out = mapsInValue(out, v)
	}
	return out
}

func mapsInValue(out []pcommon.Map, v pcommon.Value) []pcommon.Map {
	switch v.Type() {
	case pcommon.ValueTypeMap:
		return mapsIn(out, v.Map())
	case pcommon.ValueTypeSlice:
		for _, e := range v.Slice().All() {
			out = mapsInValue(out, e)
		}
	}
	return out
}

func (g gen) batch() batch {
	switch rapid.IntRange(0, 2).Draw(g.T, "signal") {
	case 0:
		return logsBatch(g.logs())
	case 1:
		return tracesBatch(g.traces())
	}
	return metricsBatch(g.metrics())
}

// Invariant 2: what is not masked is not changed.
func TestUnmaskedIsUnchanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := gen{T: t}.batch()
		before := b.marshal()
		stats := b.walk(&funcGate{})
		if !bytes.Equal(before, b.marshal()) {
			t.Fatal("a gate that edits nothing changed the batch")
		}
		if stats.Clean != stats.Records || stats.Repaired+stats.TooDeep+stats.Dropped != 0 {
			t.Fatalf("%+v", stats)
		}
	})
}

// Invariant 7: whatever is edited, the result can be sent on, keys are unique
// and trace states valid.
func TestAnyEditLeavesValidData(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := gen{T: t, dirty: rapid.Bool().Draw(t, "dirty")}
		b := g.batch()
		op := rapid.IntRange(0, 12)
		text := rapid.SampledFrom([]string{"[redacted:x]", "[redacted:y]", "a", "", "\xff", "[airtight: too deep]", "k=[redacted:x],b=c"})
		editedState := map[string]bool{}
		gate := &funcGate{
			edit: func(s field.Slot) (field.Edit, bool) {
				if !utf8.ValidString(s.Text) && s.Kind != field.Bytes {
					t.Fatal("the gate was shown invalid UTF-8")
				}
				o := op.Draw(t, "op")
				if o > 4 {
					if s.Place.Part == field.TraceState || s.Place.Part == field.LinkTraceState {
						editedState[s.Text] = false
					}
					return field.Edit{}, false
				}
				return field.Edit{Op: field.Op(min(o, 3)), Text: text.Draw(t, "text")}, true
			},
			drops: func(uint32) bool { return rapid.IntRange(0, 15).Draw(t, "drop") == 0 },
		}
		stats := b.walk(gate)
		if stats.Panicked {
			t.Fatal("panicked")
		}
		if stats.Records != stats.Clean+stats.Masked+stats.Tombstoned+stats.Dropped {
			t.Fatalf("outcomes do not add up: %+v", stats)
		}
		wire := b.marshal()
		again, err := b.decode(wire)
		if err != nil {
			t.Fatalf("the result cannot be decoded: %v", err)
		}
		if !bytes.Equal(wire, again) {
			t.Fatal("decoding and encoding changed the result")
		}
		if !g.dirty {
			for _, m := range b.maps() {
				seen := map[string]bool{}
				for k := range m.All() {
					if seen[k] {
						t.Fatalf("key %q twice", k)
					}
					seen[k] = true
				}
			}
		}
		for _, s := range b.traceStates() {
			if _, untouched := editedState[s]; untouched || s == "" {
				continue
			}
			if _, err := trace.ParseTraceState(s); err != nil {
				t.Fatalf("trace state %q: %v", s, err)
			}
		}
	})
}

// decide is the gate of the model test: what it asks for depends on the slot
// alone, so that the model can ask the same.
func decide(seed maphash.Seed, kind field.Kind, path, text string) (field.Op, bool) {
	if text == "" && kind != field.Key {
		return 0, false
	}
	h := maphash.String(seed, fmt.Sprint(kind, "|", path, "|", text))
	if kind == field.Key && h%2 == 0 {
		return 0, false
	}
	switch h % 7 {
	case 0, 1:
		return field.Replace, true
	case 2:
		return field.DropField, true
	case 3:
		return field.Tombstone, true
	}
	return 0, false
}

// node is a value with the order of its keys.
type node struct {
	kind     pcommon.ValueType
	text     string
	keys     []string
	children []node
}

func snapshot(v pcommon.Value) node {
	n := node{kind: v.Type()}
	switch n.kind {
	case pcommon.ValueTypeMap:
		return snapshotMap(v.Map())
	case pcommon.ValueTypeSlice:
		for _, e := range v.Slice().All() {
			n.children = append(n.children, snapshot(e))
		}
	case pcommon.ValueTypeBytes:
		n.text = string(v.Bytes().AsRaw())
	default:
		n.text = v.AsString()
	}
	return n
}

func snapshotMap(m pcommon.Map) node {
	n := node{kind: pcommon.ValueTypeMap}
	for k, v := range m.All() {
		n.keys = append(n.keys, k)
		n.children = append(n.children, snapshot(v))
	}
	return n
}

// edited is the model: what the edits of decide must make of n. ok is false if
// the entry goes.
func (n node) edited(seed maphash.Seed, path string, keyed bool) (out node, ok bool) {
	out.kind = n.kind
	kind := field.String
	switch n.kind {
	case pcommon.ValueTypeSlice:
		for _, c := range n.children {
			if c, ok := c.edited(seed, path, keyed); ok {
				out.children = append(out.children, c)
			}
		}
		return out, true
	case pcommon.ValueTypeMap:
		return n.editedMap(seed, path, keyed), true
	case pcommon.ValueTypeBool, pcommon.ValueTypeEmpty:
		return n, true
	case pcommon.ValueTypeInt, pcommon.ValueTypeDouble:
		kind = field.Number
	case pcommon.ValueTypeBytes:
		kind = field.Bytes
	}
	text := n.text
	if kind == field.Number {
		text = "n" // the forms of doubles differ; numbers are decided by path
	}
	switch op, hit := decide(seed, kind, path, text); {
	case !hit:
		return n, true
	case op == field.DropField:
		return n, false
	case op == field.Replace && kind == field.Bytes:
		out.text = "[redacted:m]"
	default:
		out.kind, out.text = pcommon.ValueTypeStr, "[redacted:m]"
	}
	return out, true
}

func (n node) editedMap(seed maphash.Seed, path string, keyed bool) node {
	out := node{kind: pcommon.ValueTypeMap}
	taken := map[string]bool{}
	ops := make([]int, len(n.keys)) // -1 stays, else the op
	for i, k := range n.keys {
		ops[i] = -1
		if op, hit := decide(seed, field.Key, join(path, k, keyed), k); hit {
			ops[i] = int(op)
		} else if _, ok := n.children[i].edited(seed, join(path, k, keyed), true); ok {
			taken[k] = true
		}
	}
	for i, k := range n.keys {
		c, ok := n.children[i].edited(seed, join(path, k, keyed), true)
		if !ok || ops[i] == int(field.DropField) {
			continue
		}
		if ops[i] >= 0 {
			k = "[redacted:m]"
			for x := 2; taken[k]; x++ {
				k = fmt.Sprintf("[redacted:m]#%d", x)
			}
			taken[k] = true
		}
		out.keys = append(out.keys, k)
		out.children = append(out.children, c)
	}
	return out
}

func join(path, key string, keyed bool) string {
	if !keyed {
		return key
	}
	return path + "." + key
}

func (n node) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d:%q", n.kind, n.text)
	for i, c := range n.children {
		if len(n.keys) > 0 {
			fmt.Fprintf(&b, " %q=", n.keys[i])
		}
		fmt.Fprintf(&b, "(%s)", c)
	}
	return b.String()
}

// The edits of values, keys, arrays and maps, held against a model that knows
// nothing of refs and groups. Order is part of what is compared. With pooling,
// pdata takes back what is removed and gives it out again, so that a handle kept
// too long would show.
func TestEditsAgainstModel(t *testing.T) {
	for _, pooling := range []bool{false, true} {
		t.Run(fmt.Sprintf("pooling=%v", pooling), func(t *testing.T) {
			usePooling(t, pooling)
			rapid.Check(t, testEditsAgainstModel)
		})
	}
}

func usePooling(t *testing.T, on bool) {
	gate := pref.UseProtoPooling
	was := gate.IsEnabled()
	set := func(on bool) {
		if err := featuregate.GlobalRegistry().Set(gate.ID(), on); err != nil {
			t.Fatal(err)
		}
	}
	set(on)
	t.Cleanup(func() { set(was) })
}

func testEditsAgainstModel(t *rapid.T) {
	g := gen{T: t}
	seed := maphash.MakeSeed()
	ld := plog.NewLogs()
	lr := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	g.attributes(lr.Attributes(), 4)
	g.value(lr.Body(), 4)
	wantAttributes := snapshotMap(lr.Attributes()).editedMap(seed, "", false)
	wantBody, ok := snapshot(lr.Body()).edited(seed, "", false)
	if !ok {
		wantBody = node{}
	}
	pdatawalk.Logs(&funcGate{backwards: rapid.Bool().Draw(t, "backwards"), edit: func(s field.Slot) (field.Edit, bool) {
		text := s.Text
		if s.Kind == field.Number {
			text = "n"
		}
		op, hit := decide(seed, s.Kind, s.Place.Path, text)
		return field.Edit{Op: op, Text: "[redacted:m]"}, hit
	}}, ld, pdatawalk.Limits{})
	if got := snapshotMap(lr.Attributes()).String(); got != wantAttributes.String() {
		t.Fatalf("attributes\n got %s\nwant %s", got, wantAttributes)
	}
	if got := snapshot(lr.Body()).String(); got != wantBody.String() {
		t.Fatalf("body\n got %s\nwant %s", got, wantBody)
	}
}

// series lists what identifies each data point of md, in order.
func series(md pmetric.Metrics) (out []string) {
	set := func(m pcommon.Map) string {
		var parts []string
		for k, v := range m.All() {
			parts = append(parts, fmt.Sprintf("%q=%s", k, snapshot(v)))
		}
		sort.Strings(parts)
		return strings.Join(parts, ";")
	}
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			sc := sm.Scope()
			for _, m := range sm.Metrics().All() {
				for _, p := range points(m) {
					out = append(out, strings.Join([]string{
						set(rm.Resource().Attributes()), sc.Name(), sc.Version(), set(sc.Attributes()),
						m.Name(), m.Unit(), m.Type().String(), set(p),
					}, "\n"))
				}
			}
		}
	}
	return out
}

// Two series stay two, and one stays one, whatever is masked, dropped or zeroed
// in attributes and scopes.
func TestSeriesStayDistinct(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		md := gen{T: t}.metrics()
		before := series(md)
		ops := rapid.IntRange(0, 4)
		form := rapid.SampledFrom([]string{"[redacted:x]", "REDACTED", `{"a":"[redacted:x]"}`})
		decisions := map[string]field.Edit{}
		stats := pdatawalk.Metrics(&funcGate{edit: func(s field.Slot) (field.Edit, bool) {
			if s.Place.Part == field.MetricName || s.Place.Part == field.MetricUnit {
				return field.Edit{}, false
			}
			// A gate decides by place and text: equal slots get equal edits.
			id := fmt.Sprint(s.Place.Part, s.Place.Path, s.Kind, s.Text)
			e, known := decisions[id]
			if !known {
				e = field.Edit{Op: field.Op(ops.Draw(t, "op")), Text: form.Draw(t, "form")}
				decisions[id] = e
			}
			return e, e.Op <= field.Zero
		}}, md, pdatawalk.Limits{})
		if stats.Panicked || stats.Dropped != 0 {
			t.Fatalf("%+v", stats)
		}
		after := series(md)
		if len(before) != len(after) {
			t.Fatalf("%d data points became %d", len(before), len(after))
		}
		for i := range before {
			for j := range i {
				if (before[i] == before[j]) != (after[i] == after[j]) {
					t.Fatalf("series %d and %d: equal before %v, after %v\n%s\n\n%s", i, j, before[i] == before[j], after[i] == after[j], after[i], after[j])
				}
			}
		}
	})
}

// Whatever panics, no text is left.
func TestScrub(t *testing.T) {
	for _, c := range signalCases {
		all := c.root.ProtoReflect().New()
		for _, p := range textPaths(c.root.ProtoReflect().Descriptor()) {
			if _, isID := exempt[p.leaf().FullName()]; !isID {
				plant(all, p, "canary", true)
			}
		}
		in := must(proto.Marshal(all.Interface()))
		for name, g := range map[string]pdatawalk.Gate{
			"gate":         panicGate{},
			"unknown ref":  badGate{edits: []field.Edit{{Ref: 1 << 30}}},
			"unknown drop": badGate{drop: []uint32{1 << 30}},
		} {
			out, err := c.walk(g, slices.Clone(in))
			if err != nil || bytes.Contains(out, []byte("canary")) {
				t.Errorf("%s, %s: %v, or text survived a panic", c.name, name, err)
			}
		}
	}
}

type panicGate struct{}

func (panicGate) Resource(field.Resource)           {}
func (panicGate) Add(s field.Slot)                  { panic("gate") }
func (panicGate) Resolve() ([]field.Edit, []uint32) { return nil, nil }

type badGate struct {
	edits []field.Edit
	drop  []uint32
}

func (badGate) Resource(field.Resource)             {}
func (badGate) Add(field.Slot)                      {}
func (g badGate) Resolve() ([]field.Edit, []uint32) { return g.edits, g.drop }
