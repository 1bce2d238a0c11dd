package detect

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// A text's writing is read only where a telling key may be near: reading every text
// must find the same.
func checkReadingIsEnough(t interface {
	Helper()
	Errorf(string, ...any)
}, e *Engine, text string) {
	t.Helper()
	matches := func(always bool) (found []string) {
		s := e.scanner()
		s.always = always
		s.in = &Text{Text: text, Want: e.All(), MaxDepth: 32, MaxDecode: 3}
		s.dst = nil
		s.scan()
		for _, m := range s.dst {
			found = append(found, fmt.Sprint(m.Rule, m.Span, m.Confidence, m.Reason))
		}
		s.always, s.in, s.dst = false, nil, nil
		e.release(s)
		slices.Sort(found)
		return slices.Compact(found)
	}
	if quick, all := matches(false), matches(true); !slices.Equal(quick, all) {
		t.Errorf("%q: %d matches, and %d where everything is read", text, len(quick), len(all))
	}
}

func catalogue(t testing.TB) (*rule.Catalogue, *Engine) {
	t.Helper()
	c, err := rule.Load(configs.Rules())
	if err != nil {
		t.Fatal(err)
	}
	e, err := Compile(c.Rules)
	if err != nil {
		t.Fatal(err)
	}
	return c, e
}

func TestReadingIsEnough(t *testing.T) {
	c, e := catalogue(t)
	for i := range c.Rules {
		for _, example := range slices.Concat(c.Rules[i].Examples.Match, c.Rules[i].Examples.Ignore) {
			checkReadingIsEnough(t, e, example)
		}
	}
	for _, text := range slices.Concat(keyed, clean) {
		checkReadingIsEnough(t, e, text)
	}
}

// pieces are what lines with keys are made of.
var pieces = []string{
	"=", ":", ": ", " = ", ":=", "=>", "::", ",", ", ", ";", " ", "  ", "\t", "\n", "\"", "'", "`", "\\\"", "(", ")", "[", "]", "{", "}", "<", ">", "/", "?", "&", "@", "--", "-", ".", "*",
	"\x1b[36m", "\x1b[0m", "%3D", "string", "str", "[]byte", "const", "var", "name", "key", "value", "val", "user", "for", "from", "is", "to", "by", "with", "7", "GET", "id", "é", "：", "＝",
	"xK9#mP2$vL5nQ8wR", "4111111111111111", "hunter2-but-longer", "map[", "</", "/>", "set", "env", "Cookie", "Authorization", "Basic", "curl", "-u", "identified",
}

func TestReadingIsEnoughForAnyLine(t *testing.T) {
	c, e := catalogue(t)
	var keys [][]string
	for i := range c.Rules {
		for _, k := range slices.Concat(c.Rules[i].Keys, c.Rules[i].Keywords) {
			sequence, _ := rule.Beginning(k)
			keys = append(keys, rule.Words(nil, sequence))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		for range rapid.IntRange(1, 14).Draw(t, "pieces") {
			if rapid.IntRange(0, 3).Draw(t, "kind") > 0 {
				b.WriteString(rapid.SampledFrom(pieces).Draw(t, "piece"))
				continue
			}
			words := rapid.SampledFrom(keys).Draw(t, "key")
			join := rapid.SampledFrom([]string{"_", "-", ".", " ", "", "Camel"}).Draw(t, "join")
			for i, w := range words {
				switch {
				case join == "Camel" && w != "":
					w = strings.ToUpper(w[:1]) + w[1:]
				case i > 0 && join != "Camel":
					b.WriteString(join)
				}
				b.WriteString(w)
			}
		}
		checkReadingIsEnough(t, e, b.String())
	})
}
