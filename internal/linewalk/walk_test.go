package linewalk

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/span"
)

// words is a gate that knows a few words and nothing of secrets: hide and its like
// say what is to become of the slot they stand in.
type words struct {
	slots []field.Slot
}

func (w *words) Resource(field.Resource) {}
func (w *words) Close()                  {}
func (w *words) Add(s field.Slot)        { w.slots = append(w.slots, s) }

func (w *words) Resolve() (edits []field.Edit, drops []uint32) {
	for _, s := range w.slots {
		switch {
		case strings.Contains(s.Text, "hide"), s.Text == "4111":
			edits = append(edits, field.Edit{Ref: s.Ref, Text: strings.NewReplacer("hide", "[m]", "4111", "[m]").Replace(s.Text)})
		case s.Text == "0.5":
			edits = append(edits, field.Edit{Ref: s.Ref, Op: field.Zero})
		case strings.Contains(s.Text, "out") && s.Kind != field.Key || s.Place.Key == "out":
			edits = append(edits, field.Edit{Ref: s.Ref, Op: field.DropField})
		case s.Text == "tomb":
			edits = append(edits, field.Edit{Ref: s.Ref, Op: field.Tombstone, Text: field.ReasonPanic.TombstoneText()})
		case s.Text == "gone":
			drops = append(drops, s.Record)
		case s.Text == "panic":
			panic("gate")
		}
	}
	return edits, drops
}

func walk(o Options, text string) (string, Stats) {
	w := New(o, func() Session { return &words{} })
	r := NewReader(strings.NewReader(text))
	var out []byte
	for {
		b, err := r.Next()
		if err != nil {
			return string(out), w.Stats
		}
		out = w.Append(out, b)
	}
}

func TestLines(t *testing.T) {
	const deep = `"[airtight: too deep]"`
	for _, c := range []struct {
		format   Format
		in, want string
	}{
		{Auto, "a\nhide\n\nb", "a\n[m]\n\nb"},
		{Auto, "hide\r\nb\r", "[m]\r\nb\r"},
		{Auto, "a\rhide\vb\u2028c\n", "a\r[m]\vb\u2028c\n"},
		{Auto, "a\ngone\nb\n", "a\nb\n"},
		{Auto, "out\nb\n", "\nb\n"},
		{Auto, "tomb\n", "[airtight: internal error]\n"},
		{Auto, "panic\n{\"a\":1}\n", "[airtight: internal error]\n\"[airtight: internal error]\"\n"},
		{Auto, "x\xffy hide\n", "x\ufffdy [m]\n"},
		{Auto, "\x00hide\n", "\x00[m]\n"},

		{Auto, `{"a":"hide"}`, `{"a":"[m]"}`},
		{Auto, " { \"a\" :\t\"hide\" , \"b\":1e3,\"c\":-0.0 }\r\n", " { \"a\" :\t\"[m]\" , \"b\":1e3,\"c\":-0.0 }\r\n"},
		{Auto, "\ufeff{\"a\":\"hide\"}", "\ufeff{\"a\":\"[m]\"}"},
		{Auto, `{"a":"x\ty \u00e9 hide \/ \ud83d\ude00 \ud83d"}`, `{"a":"x\ty \u00e9 [m] \/ \ud83d\ude00 \ud83d"}`},
		{Auto, `{"a":"\u0068ide"}`, `{"a":"[m]"}`},
		{Auto, `{"a":"hide \u00e9 hide"}`, `{"a":"[m] \u00e9 [m]"}`},
		{Auto, `{"a":"hide é \" hide"}`, `{"a":"[m] é \" [m]"}`},
		{Auto, `{"a":4111,"b":4.111e3,"c":0.5,"d":true,"e":null}`, `{"a":"[m]","b":"[m]","c":0,"d":true,"e":null}`},
		{Auto, `{"hide":1,"a hide":2,"hide":3}`, `{"[m]":1,"a [m]":2,"[m]#2":3}`},
		{Auto, `{"hide":1,"[m]":2,"[m]#2":3}`, `{"[m]#3":1,"[m]":2,"[m]#2":3}`},
		{Auto, `{"a":1,"a":2}`, `{"a":1,"a":2}`},
		{Auto, `{"out":1, "b":2, "out":{"x":"hide"}}`, `{"b":2}`},
		{Auto, `{"b":2 , "out":true , "c":3}`, `{"b":2 , "c":3}`},
		{Auto, `{ "out":1 }`, `{  }`},
		{Auto, `{"a":["out",1,"out",2,"out"]}`, `{"a":[1,2]}`},
		{Auto, `{"a":["out","out"]}`, `{"a":[]}`},
		{JSONLines, `"out"`, `null`},
		{JSONLines, `["hide"]`, `["[m]"]`},
		{Auto, `["hide"]`, `["[m]"]`},
		{JSONLines, `"hide"`, `"[m]"`},
		{Auto, `{"a":"tomb","b":"gone?"}`, `{"a":"[airtight: internal error]","b":"gone?"}`},
		{Auto, `{"a":{"b":"gone"}}` + "\nx\n", "x\n"},

		// No JSON: a text, as it stands.
		{Auto, `{"a":"hide"`, `{"a":"[m]"`},
		{JSONLines, `{"a":"hide",}`, `{"a":"[m]",}`},
		{Text, `{"a":"hide"}`, `{"a":"[m]"}`},

		// Deep.
		{Auto, `{"a":[[[{"b":"hide"}]]],"c":"hide"}`, `{"a":[[` + deep + `]],"c":"[m]"}`},
		{Auto, `{"a":[[[]]]}`, `{"a":[[` + deep + `]]}`},
		{Auto, `{"a":[[[{"b":[1,{}],"c":"x"},2] ]]}`, `{"a":[[` + deep + ` ]]}`},

		// OTLP JSON, and what only looks like it.
		{Auto, `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"hide"}}]}]}]}`,
			`{"resourceLogs":[{"resource":{},"scopeLogs":[{"scope":{},"logRecords":[{"body":{"stringValue":"[m]"}}]}]}]}`},
		{OTLPJSON, `{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"hide"}]}]}]}`,
			`{"resourceSpans":[{"resource":{},"scopeSpans":[{"scope":{},"spans":[{"name":"[m]","status":{}}]}]}]}`},
		{OTLPJSON, `{"resourceMetrics":[{"schemaUrl":"hide","scopeMetrics":[{"metrics":[{"name":"n","gauge":{"dataPoints":[{"asInt":"1"}]}}]}]}]}`,
			`{"resourceMetrics":[{"resource":{},"scopeMetrics":[{"scope":{},"metrics":[{"name":"n","gauge":{"dataPoints":[{"asInt":"1"}]}}]}],"schemaUrl":"[m]"}]}`},
		{Auto, `{"resourceLogs":"hide"}`, `{"resourceLogs":"[m]"}`},
		{Auto, `{"resourceLogs":[{"scopeLogs":"hide"}]}`, `{"resourceLogs":[{"scopeLogs":"[m]"}]}`},
		{Text, `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"hide"}}]}]}]}`,
			`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"[m]"}}]}]}]}`},
		{Auto, `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"gone"}}]}]}]}` + "\nx", "x"},
	} {
		depth := 3
		if strings.Contains(c.in, "resource") {
			depth = 20
		}
		if got, _ := walk(Options{Format: c.format, MaxDepth: depth}, c.in); got != c.want {
			t.Errorf("%q: %q, want %q", c.in, got, c.want)
		}
	}
}

func TestStats(t *testing.T) {
	_, s := walk(Options{MaxDepth: 2}, "a\xff\n{\"a\":[[1]]}\npanic")
	want := Stats{Lines: 3, Repaired: 1, TooDeep: 1, Panicked: 1}
	if s != want {
		t.Errorf("%+v, want %+v", s, want)
	}
	_, s = walk(Options{MaxDepth: 2}, "{\"a\":[[1],[[2]]]}\n")
	if s != (Stats{Lines: 1, TooDeep: 2}) {
		t.Errorf("%+v", s)
	}
}

// TestTooMany: what a line of few bytes a member may cost is bounded.
func TestTooMany(t *testing.T) {
	line := "[" + strings.Repeat("1,", maxMembers) + "1]"
	out, s := walk(Options{Format: JSONLines}, "a\n"+line+"\nhide\n")
	if want := "a\n\"[airtight: too large]\"\n[m]\n"; out != want || s.TooLong != 1 {
		t.Errorf("%d bytes, %+v", len(out), s)
	}
	w := New(Options{}, nil)
	unread := w.Collect(&words{}, Batch{Text: "a\n{\"a\":" + line + "}\n"})
	if len(unread) != 1 || unread[0] != (Unread{1, field.ReasonSize}) {
		t.Errorf("%+v", unread)
	}
}

// TestPlaces holds what a gate is told of each text.
func TestPlaces(t *testing.T) {
	w := New(Options{}, func() Session { return &words{} })
	var g words
	w.Collect(&g, Batch{Text: `{"a":{"b.c":["x",{"d":1.50}]},"":{"e":"y"}}` + "\ntext\n"})
	var got []string
	for _, s := range g.slots {
		got = append(got, strings.Join([]string{s.Place.Part.String(), s.Place.Path, s.Place.Key, s.Text}, "|"))
	}
	want := []string{
		"attribute|a|a|a", "attribute|a.b.c|b.c|b.c", "attribute|a.b.c|b.c|x", "attribute|a.b.c.d|d|d", "attribute|a.b.c.d|d|1.50",
		"attribute|||", "attribute|.e|e|e", "attribute|.e|e|y", "line|||text",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q", got)
	}
}

// TestPlacesOTLP: the places of OTLP JSON are the data's, not the JSON's.
func TestPlacesOTLP(t *testing.T) {
	w := New(Options{}, func() Session { return &words{} })
	var g words
	w.Collect(&g, Batch{Text: `{"resourceSpans":[{"resource":{"attributes":[{"key":"a","value":{"kvlistValue":{"values":[{"key":"b","value":{"arrayValue":{"values":[{"stringValue":"x"},{"intValue":"7"}]}}}]}}}]},` +
		`"scopeSpans":[{"spans":[{"traceId":"0102","startTimeUnixNano":"1","name":"n","kind":3,"attributes":[{"key":"d","value":{"doubleValue":1.5}}]}]}]}]}`})
	var got []string
	for _, s := range g.slots {
		got = append(got, s.Place.Path+"|"+s.Place.Key+"|"+s.Text)
	}
	want := []string{"a|a|a", "a.b|b|b", "a.b|b|x", "a.b|b|7", "||n", "d|d|d", "d|d|1.5"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q", got)
	}
}

// TestLocate: what Locate says of a stretch of a text spells that stretch.
func TestLocate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.Custom(jsonText(3)).Draw(t, "line")
		w := New(Options{Format: JSONLines}, nil)
		var g words
		w.Collect(&g, Batch{Text: "first\n" + line + "\nlast"})
		for _, s := range g.slots {
			a := rapid.IntRange(0, len(s.Text)).Draw(t, "from")
			b := rapid.IntRange(a, len(s.Text)).Draw(t, "to")
			l := w.Locate(s.Ref, span.Span{Start: a, End: b})
			spelled := l.Span.In(l.Text)
			switch {
			case s.Kind == field.Number && numberText(spelled) != s.Text:
				t.Fatalf("%q for the number %q", spelled, s.Text)
			case s.Kind == field.Number, s.Place.Part == field.Line:
			case isASCII(s.Text) && decode(spelled) != s.Text[a:b]:
				t.Fatalf("%q for %q", spelled, s.Text[a:b])
			}
		}
	})
}

// jsonText draws a JSON text with odd spacing, escapes and repeated keys.
func jsonText(depth int) func(*rapid.T) string {
	return func(t *rapid.T) string {
		space := rapid.SampledFrom([]string{"", " ", "\t ", "  "})
		str := rapid.SampledFrom([]string{`"a"`, `"hide"`, `"a\thide"`, `"\u00e9hide"`, `"é\/"`, `"\ud83d\ude00 out"`, `"\\\""`, `""`, `"out"`, `"gone"`, `"tomb"`})
		kinds := 4
		if depth == 0 {
			kinds = 2
		}
		switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
		case 0:
			return str.Draw(t, "string")
		case 1:
			return rapid.SampledFrom([]string{"0", "-1.5e+3", "4111", "0.5", "true", "null", "12345678901234567890"}).Draw(t, "scalar")
		case 2:
			var members []string
			for range rapid.IntRange(0, 4).Draw(t, "members") {
				members = append(members, space.Draw(t, "space")+str.Draw(t, "key")+space.Draw(t, "space")+":"+jsonText(depth-1)(t)+space.Draw(t, "space"))
			}
			return "{" + strings.Join(members, ",") + space.Draw(t, "space") + "}"
		}
		var elements []string
		for range rapid.IntRange(0, 4).Draw(t, "elements") {
			elements = append(elements, space.Draw(t, "space")+jsonText(depth-1)(t)+space.Draw(t, "space"))
		}
		return "[" + strings.Join(elements, ",") + "]"
	}
}

// TestJSONStaysJSON: whatever is edited, a line of JSON stays one, and no key that a
// walk wrote stands twice in an object.
func TestJSONStaysJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.Custom(jsonText(4)).Draw(t, "line")
		out, s := walk(Options{Format: JSONLines, MaxDepth: rapid.IntRange(1, 6).Draw(t, "depth")}, line)
		if out != "" && !json.Valid([]byte(out)) {
			t.Fatalf("%s\nis no longer JSON:\n%s", line, out)
		}
		if strings.Contains(out, "hide") {
			t.Fatalf("%s\nis not masked:\n%s", line, out)
		}
		if s.Panicked > 0 {
			t.Fatalf("%s\npanics", line)
		}
	})
}

// FuzzParse holds the parser against encoding/json: both agree on what is JSON, a
// string says the same to both, and a line without edits keeps every byte.
func FuzzParse(f *testing.F) {
	for _, s := range []string{`{"a":[1,-2.5e3,"x\u00e9\ud83d\ude00",true,null]}`, `[[[[]]]]`, `{"a":{}}`, "{\"a\":\"\\ud83d\"}", `[1,]`, `01`, `"\x"`, ` 1 `, `{"a" 1}`, `-`, `{"":[{}]}`, `[{},[{}],{"a":[]}]`} {
		f.Add(s, uint8(3))
	}
	f.Fuzz(func(t *testing.T, line string, depth uint8) {
		line = strings.ToValidUTF8(strings.ReplaceAll(line, "\n", " "), "\ufffd")
		line = strings.TrimPrefix(line, byteOrderMark)
		var d document
		got := d.parse(line, int(depth)+1)
		if want := json.Valid([]byte(line)); got != want {
			t.Fatalf("%q: %v, encoding/json says %v", line, got, want)
		}
		if !got {
			return
		}
		for i := range d.members {
			m := &d.members[i]
			var want string
			if m.kind != text {
				continue
			}
			if err := json.Unmarshal([]byte(m.value.In(line)), &want); err != nil || decode(d.inside(m.value)) != want {
				t.Fatalf("%q: %q, encoding/json says %q", line, decode(d.inside(m.value)), want)
			}
			if again := string(respell(nil, d.inside(m.value), want, want)); again != d.inside(m.value) {
				t.Fatalf("%q is respelled %q without need", d.inside(m.value), again)
			}
		}
		if d.depth > int(depth)+1 {
			return
		}
		w := New(Options{Format: JSONLines, MaxDepth: int(depth) + 1}, func() Session { return &nothing{} })
		if out := string(w.Append(nil, Batch{Text: line})); out != line && line != "" {
			t.Fatalf("%q becomes %q without an edit", line, out)
		}
	})
}

type nothing struct{ words }

func (*nothing) Resolve() ([]field.Edit, []uint32) { return nil, nil }
