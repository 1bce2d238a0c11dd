package quiet

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/airtight-telemetry/airtight/internal/configguard"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/guard"
	"github.com/airtight-telemetry/airtight/internal/policy"
)

// Gate is a gate as a scrubber: each text is a line of no signal, under whatever
// policy the gate has in force by then.
func Gate(g *guard.Guard) Scrubber { return gate{g} }

type gate struct{ guard *guard.Guard }

func (s gate) Scrub(text string) string {
	session := s.guard.Session(context.Background())
	defer session.Close()
	session.Add(field.Slot{Place: field.Place{Signal: field.Text, Part: field.Line}, Text: text})
	edits, dropped := session.Resolve()
	if len(dropped) > 0 {
		return withheld
	}
	for _, e := range edits {
		if e.Op == field.DropField {
			return withheld
		}
		text = e.Text
	}
	return text
}

// BuiltIn is the gate under the default policy, for what is said before there is
// a config and beside what any config says. It is compiled when it is first asked,
// and given up for as long as another gate has the same policy in force: a compiled
// policy takes tens of MiB. If it can't be compiled, which is a fault of the build,
// the reason is written to standard error and every text is withheld.
func BuiltIn() Scrubber { return &builtIn{load: sync.OnceValues(loadDefault)} }

type builtIn struct {
	load     func() (*policy.Compiled, error)
	mu       sync.Mutex
	compiled Scrubber // nil while not needed
}

func loadDefault() (*policy.Compiled, error) { return configguard.Default().Load(time.Now()) }

func (b *builtIn) Scrub(text string) string { return b.scrubber().Scrub(text) }

func (b *builtIn) scrubber() Scrubber {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.compiled != nil {
		return b.compiled
	}
	p, err := b.load()
	if err == nil {
		var g *guard.Guard
		if g, err = guard.New(p, finding.Discard{}); err == nil {
			b.compiled = gate{g}
			return b.compiled
		}
	}
	// The error tells of the embedded catalogue, not of any text.
	fmt.Fprintln(os.Stderr, "airtight: the built-in policy can't be used, nothing more is shown:", strings.ReplaceAll(err.Error(), "\n", "; "))
	b.compiled = Func(func(string) string { return withheld })
	return b.compiled
}

// covered reports whether p does all that the built-in policy would.
func (b *builtIn) covered(p *policy.Compiled) bool {
	own, err := b.load()
	return err == nil && p != nil && p.Fingerprint == own.Fingerprint
}

func (b *builtIn) release() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.compiled = nil
}
