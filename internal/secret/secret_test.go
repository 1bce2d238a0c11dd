package secret

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestBytesHides prints material as it stands in the fields of other types, where
// fmt does not ask its methods.
func TestBytesHides(t *testing.T) {
	const material = "hunter2hunter2"
	type inner struct{ hidden Bytes }
	type outer struct {
		Shown Bytes
		inner inner
		list  []inner
	}
	s := New([]byte(material))
	o := outer{s, inner{s}, []inner{{s}}}
	for _, v := range []any{s, &s, o, &o, []Bytes{s}, map[string]Bytes{"k": s}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t"} {
			out := fmt.Sprintf(verb, v)
			for _, form := range []string{material, fmt.Sprintf("%x", material), fmt.Sprintf("%X", material), fmt.Sprint([]byte(material))[1:20]} {
				if strings.Contains(out, form) {
					t.Errorf("%s of %T reveals", verb, v)
				}
			}
		}
		if b, err := json.Marshal(v); err != nil || strings.Contains(string(b), "hunter") || strings.Contains(string(b), "aHVudGVy") {
			t.Errorf("JSON of %T reveals, or fails: %v", v, err)
		}
	}
	if string(s.Reveal()) != material || s.Len() != len(material) || (Bytes{}).Len() != 0 || (Bytes{}).Reveal() != nil {
		t.Error("Reveal or Len is wrong")
	}
}
