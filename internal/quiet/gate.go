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
)

// Gate is a gate as a scrubber: each text is a line of no signal. Reloads of the
// gate's policy hold for the texts that follow, but for those remembered as clean.
func Gate(g *guard.Guard) Scrubber {
	return Func(func(text string) string {
		s := g.Session(context.Background())
		defer s.Close()
		s.Add(field.Slot{Place: field.Place{Signal: field.Text, Part: field.Line}, Text: text})
		edits, dropped := s.Resolve()
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
	})
}

// BuiltIn is the gate under the default policy, for what is said before there is
// a config and beside what any config says. It is compiled when the first text
// comes. If it can't be, which is a fault of the build, the reason is written to
// standard error and every text is withheld.
func BuiltIn() Scrubber {
	gate := sync.OnceValue(func() Scrubber {
		g, err := builtIn()
		if err != nil {
			// The error tells of the embedded catalogue, not of any text.
			fmt.Fprintln(os.Stderr, "airtight: the built-in policy can't be used, nothing more is shown:", strings.ReplaceAll(err.Error(), "\n", "; "))
			return Func(func(string) string { return withheld })
		}
		return Gate(g)
	})
	return Func(func(text string) string { return gate().Scrub(text) })
}

func builtIn() (*guard.Guard, error) {
	policy, err := configguard.Default().Load(time.Now())
	if err != nil {
		return nil, err
	}
	return guard.New(policy, finding.Discard{})
}
