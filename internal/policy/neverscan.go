package policy

import (
	"fmt"
	"regexp"
	"sync"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/yamldoc"
)

// neverScan are the fields that hold ids rather than text, with the shape of
// each: as long as a value has it, there is nothing in it to find.
type neverScan struct {
	exact map[string]Decision
	globs []globShape
}

type globShape struct {
	name  glob
	shape Decision
}

// builtInNeverScan reads the table that ships with airtight, once.
var builtInNeverScan = sync.OnceValues(func() (*neverScan, error) {
	return parseNeverScan("telemetry/never-scan.yaml", configs.NeverScan())
})

func parseNeverScan(name string, data []byte) (*neverScan, error) {
	return parseShapes(name, data, nil)
}

// parseShapes reads a table of names and shapes. other is the shape of the entries
// that give none; if it is nil every entry must.
func parseShapes(name string, data []byte, other func(string) bool) (*neverScan, error) {
	doc, err := yamldoc.Parse(name, data)
	if err != nil {
		return nil, err
	}
	var file struct {
		Fields []struct {
			Name  string `koanf:"name"`
			Shape string `koanf:"shape"`
			Doc   string `koanf:"doc"`
		} `koanf:"fields"`
	}
	value := doc.Value
	if list, ok := value.([]any); ok {
		value = map[string]any{"fields": list}
	}
	if faults := yamldoc.Decode(value, &file); len(faults) > 0 {
		return nil, fmt.Errorf("%s: %s: %s", doc.At(faults[0].Path), faults[0].Path, faults[0].Text)
	}
	n := &neverScan{exact: map[string]Decision{}}
	for i, f := range file.Fields {
		re, err := regexp.Compile(`^(?:` + f.Shape + `)$`)
		if err != nil || f.Name == "" || f.Shape == "" && other == nil {
			return nil, fmt.Errorf("%s: entry %d needs a name and a shape that RE2 reads", name, i)
		}
		d := Decision{Verdict: LeaveShape, Shape: re.MatchString}
		if f.Shape == "" {
			d.Shape = other
		}
		if paths := newPaths([]string{f.Name}); len(paths.globs) > 0 {
			n.globs = append(n.globs, globShape{paths.globs[0], d})
		} else {
			n.exact[f.Name] = d
		}
	}
	return n, nil
}

func (n *neverScan) decide(path string) Decision {
	if d, ok := n.exact[path]; ok {
		return d
	}
	for _, g := range n.globs {
		if g.name.match(path) {
			return g.shape
		}
	}
	return Decision{}
}
