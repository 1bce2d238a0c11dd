package detect

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/span"
)

func TestKnown(t *testing.T) {
	e, err := Compile([]rule.Rule{{ID: "password", Class: rule.Secret, Keys: []string{"password"}}})
	if err != nil {
		t.Fatal(err)
	}
	known := NewKnown([]KnownValue{{"S3cretKey", "S3cretKey", 0}, {"short", "short", 0}, {"a1B2c3D4e5F6g7H8i9J0", "a1B2c3D4e5F6g7H8i9J0", 0}, {`Q"uote77/8`, `Q"uote77/8`, 0}})
	for _, c := range []struct{ text, want string }{
		{"in S3cretKey and S3cretKey.", "in # and #."},
		{"in s3cretkey", "in s3cretkey"},
		{"xS3cretKey S3cretKeys", "xS3cretKey S3cretKeys"},
		{"short", "short"},
		{"a1B2c3D4e5F6g7H8i9J0", "#"},
		{"_a1B2c3D4e5F6g7H8i9J0-x", "_#-x"},
		{"xa1B2c3D4e5F6g7H8i9J0", "xa1B2c3D4e5F6g7H8i9J0"},
		{`{"a":"\nS3cretKey"}`, `{"a":"\n#"}`},
		{`{"a":"Q\"uote77\/8"}`, `{"a":"#"}`},
		{"/x?a=Q%22uote77%2F8&b=1", "/x?a=#&b=1"},
	} {
		spans := []span.Span{}
		for _, m := range e.Scan(nil, []Text{{Text: c.text, Known: known, MaxDepth: 8, MaxDecode: 3}}) {
			if m.Rule != 0 || m.Confidence != rule.High || m.Value == "" {
				t.Errorf("%q: %+v", c.text, m)
			}
			spans = append(spans, m.Span)
		}
		got := c.text
		for _, s := range slices.Backward(span.Merge(spans)) {
			got = got[:s.Start] + "#" + got[s.End:]
		}
		if got != c.want {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}

// TestKnownIn holds the one pass against a search for each value.
func TestKnownIn(t *testing.T) {
	some := rapid.StringOfN(rapid.RuneFrom([]rune("abA")), 6, 14, -1)
	rapid.Check(t, func(t *rapid.T) {
		var values []KnownValue
		for _, v := range rapid.SliceOfNDistinct(some, 1, 5, rapid.ID[string]).Draw(t, "values") {
			values = append(values, KnownValue{Text: v})
		}
		text := rapid.StringOfN(rapid.RuneFrom([]rune("abA")), 0, 200, -1).Draw(t, "text") + values[0].Text
		var want []span.Span
		for _, v := range values {
			for at := 0; len(v.Text) >= KnownLen; at++ {
				n := strings.Index(text[at:], v.Text)
				if n < 0 {
					break
				}
				at += n
				want = append(want, span.Span{Start: at, End: at + len(v.Text)})
			}
		}
		got := slices.Collect(NewKnown(values).In(text))
		slices.SortFunc(got, span.Compare)
		slices.SortFunc(want, span.Compare)
		if !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}
