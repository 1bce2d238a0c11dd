package structure

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/airtight-telemetry/airtight/internal/span"
)

func TestNormalise(t *testing.T) {
	for in, want := range map[string]string{
		"ＡＫＩＡ０１２３":                           "AKIA0123",
		"pass\u200bwo\u00adrd=x\u2060y":      "password=xy",
		"4111\u00a01111\u202f1111\u20091111": "4111 1111 1111 1111",
		"4111–1111—1111−1111":                "4111-1111-1111-1111",
		"٤١١١ १२३४ ၅၆":                       "4111 1234 56",
		"joe＠example．com":                    "joe@example.com",
		"раѕѕwоrd=x":                         "password=x",
		"ΑKIΑ":                               "AKIA",
		"𝐀𝐊𝐈𝐀𝟎①²":                            "AKIA012",
		"joe\u202e@\u202cexample.com":        "joe@example.com",
		"k\U000e0041ey=v":                    "key=v",
		"１＂２＼３":                              "1＂2＼3",
	} {
		if v, changed := Normalise(in); !changed || v.Text != want {
			t.Errorf("%q: %q, %v", in, v.Text, changed)
		}
	}
}

// TestNormaliseLeaves: ordinary text in any script needs no second look.
func TestNormaliseLeaves(t *testing.T) {
	for _, in := range []string{
		"", "plain", "naïve café, größer", "соединение закрыто", "σφάλμα σύνδεσης", "接続に失敗しました", "连接失败，请重试！", "연결 실패", "“quoted” – and…", "✓ done → next", "✔️ ok",
		"\ufeffstart", "fin\u00a0: ok", "\xff\xfe", "سلام دنیا",
	} {
		if v, changed := Normalise(in); changed {
			t.Errorf("%q becomes %q", in, v.Text)
		}
	}
}

// TestNormaliseMaps: every span of the view lies where its bytes came from, and a
// JSON text stays one, with the same leaves.
func TestNormaliseMaps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{"a", "key", "7", " ", "=", "\"", "\\", "é", "а", "Ｋ", "\u200b", "–", "\u00a0", "٣", "\xff", "＂", "𝐀", "ﬁ", "…"})
		text := strings.Join(rapid.SliceOf(piece).Draw(t, "text"), "")
		v, changed := Normalise(text)
		if !changed && v.Text != text || changed && v.Text == text {
			t.Fatal("changed does not say whether it changed")
		}
		for i := range v.Text {
			at := v.Source(span.Span{Start: i, End: i + 1})
			if at.Empty() || at.End > len(text) {
				t.Fatalf("byte %d comes from %v", i, at)
			}
			if from := at.In(text); from != v.Text[i:i+1] && !strings.Contains(must(Normalise("a"+from+"a")), v.Text[i:i+1]) && utf8.ValidString(from) && !isDouble(from) {
				t.Fatalf("byte %d comes from elsewhere", i)
			}
		}
		if again, changed := Normalise(v.Text); changed {
			t.Fatalf("a second time changes %d bytes", len(again.Text))
		}
		doc, err := json.Marshal(map[string]string{"k": text})
		if err != nil {
			t.Fatal(err)
		}
		d, _ := Normalise(string(doc))
		if !json.Valid([]byte(d.Text)) {
			t.Fatal("no JSON any more")
		}
	})
}

func must(v View, _ bool) string { return v.Text }

func isDouble(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return foldOf(r).kind == inWord
}

func TestEntities(t *testing.T) {
	for in, want := range map[string]string{
		"a=&quot;b&quot;":        `a="b"`,
		"joe&#64;x &#x40;&#X40;": "joe@x @@",
		"&amp;&lt;&commat;":      "&<@",
		"?a=1&b=2;&copy=3&;&#;&#x;&nosuch;&#0;&#99999999;": "?a=1&b=2;&copy=3&;&#;&#x;&nosuch;&#0;&#99999999;",
	} {
		v := Decode(in, span.Span{End: len(in)}, Entities)
		if v.Text != want || HasEntity(in) != (in != want) {
			t.Errorf("%q: %q", in, v.Text)
		}
	}
}

func TestQuotedPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"password=3Dtr=C3=B6st": "password=tröst",
		"pass=\nword=3D=\r\nx":  "password=x",
		"status=200":            "status 0",
		"a=b&c==3d=":            "a=b&c==3d=",
	} {
		if v := Decode(in, span.Span{End: len(in)}, QuotedPrintable); v.Text != want {
			t.Errorf("%q: %q", in, v.Text)
		}
	}
	for in, want := range map[string]bool{"a=3Db": true, "a=\nb": true, "status=200 size=40": false, "": false, "a==": false, "a==\nb": false, "x QUJDREVGR0hJSktMTU5PUFE=\nb": false, "x QUJDREVGR0hJSktMTU5PUFES=\nb": true} {
		if HasQuotedPrintable(in) != want {
			t.Errorf("%q: %v", in, !want)
		}
	}
}
