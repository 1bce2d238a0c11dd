package structure

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

var jsonReadings = []reading{
	{`{"a":"b","n":-1.5e3}`, []string{"«a» json key", "a«b» json", "«n» json key", "n«-1.5e3» number"}},
	{` { "a" : true , "b" : null } `, []string{"«a» json key", "«b» json key"}},
	{`{"a":{"b":{"c":"d"}}}`, []string{"«a» json key", "a«b» json key", "a.b«c» json key", "a.b.c«d» json"}},
	{`{"a":["x",{"b":1},["y"]]}`, []string{"«a» json key", "a«x» json", "a«b» json key", "a.b«1» number", "a«y» json"}},
	{`[1,"x"]`, []string{"«1» number", "«x» json"}},
	{`{"p\u0061ss":"h\"2"}`, []string{`«p\u0061ss» json \ key`, `pass«h\"2» json \`}},
	{`{"a":"","b":""}`, []string{"«a» json key", "a«» json", "«b» json key", "b«» json"}},
	// inside a string
	{`{"msg":"user=bob id=7"}`, []string{"«msg» json key", "msg«user=bob id=7» json", "msg/user«bob» json", "msg/id«7» json"}},
	{`{"u":"http://b:p@h/?q=1"}`, []string{"«u» json key", "u«http://b:p@h/?q=1» json", "u/url.user«b» url", "u/url.password«p» url", "u/q«1» url"}},
	{`{"m":"a=1\nb=2"}`, []string{"«m» json key", `m«a=1\nb=2» json \`}},
	// pairs of a name and a value
	{`{"name":"DB_PASSWORD","value":"x"}`, []string{"«name» json key", "name«DB_PASSWORD» json", "«value» json key", "DB_PASSWORD«x» json"}},
	{`[{"key":"pin","value":{"intValue":"12"}}]`, []string{"«key» json key", "key«pin» json", "«value» json key", "pin«intValue» json key", "pin«12» json"}},
	{`["--password","x","y"]`, []string{"«--password» json", "(password)«x» json", "«y» json"}},
	// embedded, cut off, not quite JSON
	{`body: {"user":"x","n":1} done`, []string{"body«user» json key", "body.user«x» json", "body«n» json key", "body.n«1» number"}},
	{`got {"user":"x"} and {"user":"y"}`, []string{"«user» json key", "user«x» json", "«user» json key", "user«y» json"}},
	{`{"a":1}{"b":2}`, []string{"«a» json key", "a«1» number", "«b» json key", "b«2» number"}},
	{`{"a":"b","password":"hunter2`, []string{"«a» json key", "a«b» json", "«password» json key", "password«hunter2» json"}},
	{`{"a":"b","passw`, []string{"«a» json key", "a«b» json", "«passw» json key"}},
	{"{\"a\":\"b\n{\"c\":\"d\"}", []string{"«a» json key", "a«b» json", "«c» json key", "c«d» json"}},
	{`{"a": hunter2, "b": "c"}`, []string{"«a» json key", "a«hunter2»", "b«c»"}},
	{`{"a":"\x41","b":"c"}`, []string{"«a» json key", `a«\x41» json \`, "«b» json key", "b«c» json"}},
	{`{"a":01}`, []string{"«a» json key", "a«01»"}},
	{`[1234] started`, nil},
	{`[INFO] a=b`, []string{"a«b»"}},
	{`{"a":"b",}`, []string{"«a» json key", "a«b» json"}},
	{`[{"a":1},{"a":[]}]`, []string{"«a» json key", "a«1» number", "«a» json key"}},
	{`{"a":1.}`, []string{"«a» json key", "a«1.»"}},
	{`{"a":1e}`, []string{"«a» json key", "a«1e»"}},
	{`{"a":-0E+1}`, []string{"«a» json key", "a«-0E+1» number"}},
	{`http://h/?q=[[1]]`, []string{"q«[[1]]» url", "q«1» url"}},
	{`tokens=["a","b"]`, []string{"tokens«a» json", "tokens«b» json"}},
}

func TestJSON(t *testing.T) { run(t, jsonReadings) }

// jsonValue is one scalar of a JSON text or one of its keys.
type jsonValue struct {
	Key, Text string
	Number    bool
	IsKey     bool
}

// oracle lists the strings, numbers and keys of valid JSON with encoding/json.
func oracle(t *testing.T, text string) []jsonValue {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var out []jsonValue
	var read func(key string)
	next := func() json.Token {
		token, err := d.Token()
		if err != nil && err != io.EOF {
			t.Fatalf("%q: %v", text, err)
		}
		return token
	}
	read = func(key string) {
		switch v := next().(type) {
		case json.Delim:
			for d.More() {
				member := key
				if v == '{' {
					member = next().(string)
					out = append(out, jsonValue{Text: member, IsKey: true})
				}
				read(member)
			}
			next()
		case string:
			out = append(out, jsonValue{Key: key, Text: v})
		case json.Number:
			out = append(out, jsonValue{Key: key, Text: v.String(), Number: true})
		}
	}
	read("")
	return out
}

// values lists the same from leaves, without those inside others.
func values(text string, leaves []Leaf) []jsonValue {
	var out []jsonValue
	end := 0
	for i, l := range leaves {
		if inside := l.Span.End <= end && i > 0 && l.Span.Start < end; inside {
			continue
		}
		if i > 0 && l.Span == leaves[i-1].Span {
			continue
		}
		end = l.Span.End
		v := Decode(text, l.Span, l.Coding)
		out = append(out, jsonValue{Key: l.Key, Text: v.Text, Number: l.Form == JSONNumber, IsKey: l.IsKey})
	}
	return out
}

// FuzzJSON holds the reader against encoding/json: whole is its Valid for objects
// and arrays, and the leaves are its tokens.
func FuzzJSON(f *testing.F) {
	for _, row := range jsonReadings {
		f.Add(row.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 5000 {
			t.Skip("encoding/json has a depth limit of its own")
		}
		leaves, whole := Read(nil, text, Limits{MaxDepth: 10000})
		trimmed := strings.TrimLeft(text, " \t\r\n")
		container := strings.HasPrefix(trimmed, "{") || strings.HasPrefix(trimmed, "[")
		if want := container && json.Valid([]byte(text)); whole != want {
			t.Fatalf("Read(%q): whole = %v, want %v", text, whole, want)
		}
		if !whole || !utf8.ValidString(text) {
			return
		}
		want, got := oracle(t, text), values(text, leaves)
		if len(got) != len(want) {
			t.Fatalf("Read(%q) = %+v, want %+v", text, got, want)
		}
		for i := range want {
			// The keys are TestJSONKeys's business: pairs of a name and a value bend them.
			want[i].Key, got[i].Key = "", ""
			if got[i] != want[i] {
				t.Fatalf("Read(%q)[%d] = %+v, want %+v", text, i, got[i], want[i])
			}
		}
	})
}

// TestJSONKeys holds the leaves of generated JSON, keys included, against
// encoding/json.
func TestJSONKeys(t *testing.T) {
	scalar := rapid.OneOf(
		rapid.Map(rapid.StringMatching(`[a-zA-Z0-9 "\\é€😀=:%/.,<>&-]{0,20}`), func(s string) any { return s }),
		rapid.Map(rapid.Float64Range(-1e9, 1e9), func(f float64) any { return f }),
		rapid.Just[any](nil), rapid.Just[any](true),
	)
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		if depth == 0 {
			return scalar
		}
		deeper := rapid.Deferred(func() *rapid.Generator[any] { return value(depth - 1) })
		key := rapid.StringMatching(`[a-f"é.]{1,6}`)
		return rapid.OneOf(
			scalar,
			rapid.Map(rapid.SliceOfN(deeper, 0, 4), func(s []any) any { return s }),
			rapid.Map(rapid.MapOfN(key, deeper, 0, 4), func(m map[string]any) any { return m }),
		)
	}
	rapid.Check(t, func(rt *rapid.T) {
		text, err := json.Marshal([]any{value(5).Draw(rt, "value")})
		if err != nil {
			rt.Fatal(err)
		}
		leaves, whole := Read(nil, string(text), Limits{})
		if !whole {
			rt.Fatalf("%s is not whole", text)
		}
		check(t, string(text), leaves)
		want, got := oracle(t, string(text)), values(string(text), leaves)
		if len(got) != len(want) {
			rt.Fatalf("Read(%s) = %+v, want %+v", text, got, want)
		}
		for i := range want {
			// An array's element after a flag has the flag for a key.
			if got[i] != want[i] && !strings.Contains(string(text), `"-`) {
				rt.Fatalf("Read(%s)[%d] = %+v, want %+v", text, i, got[i], want[i])
			}
		}
	})
}
