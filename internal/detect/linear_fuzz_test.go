package detect

import (
	"strings"
	"testing"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// FuzzLinear holds the shipped catalogue to invariant 5 on texts nobody thought of:
// a head, then one piece over and over.
func FuzzLinear(f *testing.F) {
	catalogue, err := rule.Load(configs.Rules())
	if err != nil {
		f.Fatal(err)
	}
	e, err := Compile(catalogue.Rules)
	if err != nil {
		f.Fatal(err)
	}
	for _, unit := range hostile {
		f.Add("", unit)
		f.Add("password=", unit)
	}
	const size = 16 << 10
	f.Fuzz(func(t *testing.T, head, unit string) {
		if unit == "" || len(unit) > size || len(head) > size {
			t.Skip()
		}
		s := e.scanner()
		defer e.release(s)
		s.dst = s.dst[:0]
		text := head + strings.Repeat(unit, size/len(unit)+1)[:size]
		s.in = &Text{Text: text, Want: e.All(), MaxDepth: 32, MaxDecode: 3}
		s.scan()
		if most := textPerByte*len(text) + textBase; s.work > most+most/4 {
			t.Errorf("%d steps for %d bytes", s.work, len(text))
		}
	})
}
