package quiet

import (
	"testing"
	"time"

	"github.com/airtight-telemetry/airtight/internal/configguard"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/guard"
)

func checkTexts(t *testing.T) {
	t.Helper()
	for in, want := range map[string]string{
		"Everything is ready. Begin running and processing data.": "Everything is ready. Begin running and processing data.",
		"dial tcp 127.0.0.1:4317: connect: connection refused":    "dial tcp 127.0.0.1:4317: connect: connection refused",
		"refused: card 4111 1111 1111 1111":                       "refused: card [redacted:card-number]",
	} {
		if got := Text(in); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func newGate(t *testing.T, inline map[string]any) *guard.Guard {
	t.Helper()
	c := configguard.Default()
	c.Inline = inline
	p, err := c.Load(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	g, err := guard.New(p, finding.Discard{})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// The built-in policy is in force alone, given up beside a gate that has it too,
// and back when that gate's policy becomes another, or is gone.
func TestBuiltIn(t *testing.T) {
	b := BuiltIn().(*builtIn)
	defer Add(b)()
	checkTexts(t)
	if b.compiled == nil {
		t.Error("the built-in policy was not asked")
	}
	g := newGate(t, nil)
	remove := Add(Gate(g))
	checkTexts(t)
	if b.compiled != nil {
		t.Error("the built-in policy is kept although another gate has it")
	}
	if err := g.Swap(newGate(t, map[string]any{"mode": "shadow"}).Policy()); err != nil {
		t.Fatal(err)
	}
	checkTexts(t)
	if b.compiled == nil {
		t.Error("nothing but a gate in shadow mode was asked")
	}
	remove()
	checkTexts(t)
}

func TestGateThatIsReloadedForgetsWhatWasClean(t *testing.T) {
	g := newGate(t, map[string]any{"packs": []any{}})
	defer Add(Gate(g))()
	const text = "refused: card 4111 1111 1111 1111"
	if Text(text) != text {
		t.Fatal("a policy without packs should leave it")
	}
	if err := g.Swap(newGate(t, nil).Policy()); err != nil {
		t.Fatal(err)
	}
	checkTexts(t)
}
