package policy

import (
	"strings"
	"sync"
	"unicode"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/field"
)

// structural are the fields that a contained source keeps; the form is that of the
// never-scan table.
var structural = sync.OnceValues(func() (*neverScan, error) {
	return parseShapes("telemetry/structural.yaml", configs.Structural(), OneWord)
})

// structuralCache remembers what the table says of a path.
var structuralCache cache

// Structural says whether a place holds structure rather than text: what kind of event
// it is and where in the system it happened. Of such a place only a value of which
// shape holds is structure. The fields that the policy leaves alone are structure
// too, and so are those of the never-scan table. Attributes of a resource say whose
// telemetry it is, and all of them are but the command lines of processes.
func (s *Scope) Structural(p field.Place) (shape func(value string) bool, ok bool) {
	if p.Path == "" {
		return nil, false
	}
	if s.fields.leave[p.Path] {
		return OneWord, true
	}
	key := cacheKey{path: p.Path, attribute: p.Part == field.ResourceAttribute}
	d, known := structuralCache.get(key)
	if !known {
		d = structuralPlace(p)
		structuralCache.put(key, d)
	}
	return d.Shape, d.Shape != nil
}

func structuralPlace(p field.Place) Decision {
	if p.Part == field.ResourceAttribute && !strings.HasPrefix(p.Path, "process.command") && !strings.HasPrefix(p.Path, "process.environment") {
		return Decision{Shape: OneWord}
	}
	for _, table := range []func() (*neverScan, error){structural, builtInNeverScan} {
		if n, err := table(); err == nil { // Compile has read both
			if d := n.decide(p.Path); d.Shape != nil {
				return d
			}
		}
	}
	return Decision{}
}

// maxWord bounds a value that is one word. It is generous: names of pods and of
// functions are long.
const maxWord = 200

// OneWord reports whether a value is one word of what names, paths, versions and
// times are made of. Blanks, quotes, and what stands in queries and assignments
// (= & ? % \) are in none.
func OneWord(value string) bool {
	if len(value) > maxWord {
		return false
	}
	for _, r := range value {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._:/@+-#$<>()[]{},~*|^;!", r) {
			return false
		}
	}
	return true
}
