package detect

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/structure"
)

func encoded(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func compressed(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(text)) // a Buffer takes everything
	_ = z.Close()
	return b.String()
}

// undoEngine finds keys of the form AKEY and twelve digits, passwords by their
// key, and any word of digits behind the word badge.
func undoEngine(t *testing.T) *Engine {
	t.Helper()
	e, err := Compile([]rule.Rule{
		{ID: "akey", Class: rule.Secret, Pattern: `\bAKEY[0-9]{12}\b`},
		{ID: "password", Class: rule.Secret, Keys: []string{"password"}, Pattern: `.{4,}`},
		{ID: "badge", Class: rule.Identity, Keywords: []string{"badge"}, Pattern: `\b[0-9]{6,}\b`},
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestCodings says of texts in codings what must go. The brackets mark it.
func TestCodings(t *testing.T) {
	e := undoEngine(t)
	const secret = "id AKEY123456789012 ok"
	deep := encoded(encoded(encoded(encoded(secret))))
	for name, c := range map[string]struct {
		marked string
		form   structure.Form
		quote  string
	}{
		"base64":                      {"got «" + encoded(secret) + "», done", structure.Plain, ""},
		"base64 in JSON":              {`{"data":"«` + encoded(secret) + `»","n":1}`, structure.JSONString, ""},
		"base64 in JSON in JSON":      {`{"m":"{\"data\":\"«` + encoded(secret) + `»\"}"}`, structure.JSONString, ""},
		"base64 in a query":           {"GET /x?d=«" + strings.TrimRight(encoded(secret), "=") + "»&n=1", structure.URL, ""},
		"JSON in base64":              {"body=«" + encoded(`{"a":{"password":"hunter2"},"card":4111}`) + "»", structure.Plain, ""},
		"a number in JSON in base64":  {`{"b":"«` + encoded(`{"password":12345678}`) + `»"}`, structure.JSONString, ""},
		"hexadecimal as JSON number":  {`{"badge":«3132333435363738393031323334353637»}`, structure.JSONNumber, `"`},
		"three layers":                {"«" + encoded(encoded(encoded(secret))) + "»", structure.Plain, ""},
		"no more than three":          {deep, structure.Plain, ""},
		"key before a run":            {`password: "«` + encoded("correct horse") + `»"`, structure.Plain, ""},
		"keyword before a run":        {"the badge «" + encoded("no. 123456789") + "» was used", structure.Plain, ""},
		"a short run under a key":     {"badge=«" + encoded("1234567") + "» ok", structure.Plain, ""},
		"a word under a key":          {"badge=accepted ok", structure.Plain, ""},
		"gzip":                        {"«" + encoded(compressed(secret)) + "»", structure.Plain, ""},
		"entities":                    {"id=«AKEY&#49;2345678901&#x32;»;", structure.Plain, ""},
		"entities in JSON":            {`{"h":"&lt;p password=&quot;«hunter2»&quot;&gt;"}`, structure.JSONString, ""},
		"quoted-printable":            {"password=3D«hun=\nter2» ok", structure.Plain, ""},
		"code points in the open":     {`id «\u0041KEY1234\x35\x36789012»!`, structure.Plain, ""},
		"fullwidth":                   {"id «ＡＫＥＹ１２３４５６７８９０１２» ok", structure.Plain, ""},
		"zero width in JSON":          {"{\"id\":\"«AK\u200bEY1234\u200b56789012»\u200b\"}", structure.JSONString, ""},
		"a double in a key":           {"pаsswоrd=«hunter2»", structure.Plain, ""},
		"fullwidth in base64":         {"«" + encoded("id ＡＫＥＹ１２３４５６７８９０１２ ok") + "»", structure.Plain, ""},
		"base64 between soft hyphens": {"x «" + encoded(secret)[:9] + "\u00ad" + encoded(secret)[9:] + "» y", structure.Plain, ""},
	} {
		text := strings.NewReplacer("«", "", "»", "").Replace(c.marked)
		got := false
		start := strings.Index(c.marked, "«")
		for _, m := range e.Scan(nil, []Text{{Text: text, Want: e.All(), MaxDepth: 32, MaxDecode: 3}}) {
			marked := text[:m.Span.Start] + "«" + m.Span.In(text) + "»" + text[m.Span.End:]
			switch {
			case start < 0:
				t.Errorf("%s: a match", name)
			case marked == c.marked && m.Form == c.form && m.Quote == c.quote:
				got = true
			case marked == c.marked:
				t.Errorf("%s: form %d, quote %s", name, m.Form, m.Quote)
			}
		}
		if start >= 0 && !got {
			t.Errorf("%s: not found", name)
		}
	}
}

// TestUndoneIsBounded: texts that unfold into more and more text stay within the
// budget, and what is left out is reported.
func TestUndoneIsBounded(t *testing.T) {
	e := undoEngine(t)
	filler := strings.Repeat("all work and no play ", 1<<18)
	bomb := encoded(compressed(filler))
	mixed := strings.Repeat("&#97;=3D\\u0061%61а１ "+encoded("&#97;=3D\\u0061%61а１ more of it")+" ", 2<<10)
	for name, c := range map[string]struct {
		text string
		left bool // something is left out
	}{
		"a bomb":               {bomb, true},
		"bombs":                {strings.Repeat(bomb[:len(bomb)/2]+" ", 8), true},
		"a bomb in a bomb":     {encoded(compressed(strings.Repeat(bomb+" ", 200))), true},
		"layers":               {encoded(encoded(encoded(encoded(encoded(filler[:64<<10]))))), false},
		"every coding at once": {mixed, false},
		"layers of everything": {encoded(mixed + encoded(mixed+encoded(mixed))), false},
		"headers of gzip":      {strings.Repeat("H4sIAAAAAAAA/", 4<<10), false},
		"headers of zlib":      {strings.Repeat("eJwAAAAAAAAAAAAAAA ", 4<<10), false},
	} {
		s := newScanner(e)
		s.in = &Text{Text: c.text, Want: e.All(), MaxDepth: 32, MaxDecode: 3}
		s.scan()
		if most := viewedPerByte*len(c.text) + viewedBase; s.undo.viewed > 2*most {
			t.Errorf("%s: views of %d bytes for %d", name, s.undo.viewed, len(c.text))
		}
		if most := min(maxInflated, inflatedPerByte*len(c.text)); s.undo.inflated > most {
			t.Errorf("%s: %d bytes inflated for %d", name, s.undo.inflated, len(c.text))
		}
		left := false
		for _, m := range s.dst {
			left = left || m.Reason != field.ReasonNone
		}
		if left != c.left && c.left {
			t.Errorf("%s: nothing is left out", name)
		}
	}
}
