// Package floors is the architecture as a test. Every package of the module stands
// on a floor and imports its own floor or lower ones; some edges are forbidden by
// name. docs/architecture.md says what each package is for.
package floors

import (
	"fmt"
	"slices"
	"strings"
)

// module is the path in front of every package of the tree.
const module = "github.com/airtight-telemetry/airtight/"

// beside is for what only tests and builds use: no package imports it.
const beside = -1

// floors says where each package stands. A name that ends in a slash stands for
// the package of that name and all below it.
var floors = map[string]int{
	"configs":           0,
	"internal/field":    0,
	"internal/loopback": 0,
	"internal/secret":   0,
	"internal/span":     0,
	"internal/yamldoc":  0,

	"internal/keyring":   1,
	"internal/prefilter": 1,
	"internal/rule":      1,
	"internal/structure": 1,
	"internal/validate":  1,

	"internal/action": 2,
	"internal/detect": 2,

	"internal/cause":   3,
	"internal/finding": 3,
	"internal/policy":  3,
	"internal/watch":   3,

	"internal/findinglog": 4,
	"internal/guard":      4,
	"internal/ledger":     4,
	"internal/linewalk":   4,
	"internal/notify":     4,
	"internal/pdatawalk":  4,

	"internal/configguard":    5,
	"internal/demo":           5,
	"internal/dossier":        5,
	"internal/explain":        5,
	"internal/leantelemetry":  5,
	"internal/ledgerapi":      5,
	"internal/pipelines":      5,
	"internal/quiet":          5,
	"internal/quiettelemetry": 5,
	"internal/report":         5,
	"internal/ruledocs":       5,
	"internal/ruletest":       5,
	"internal/webui":          5,

	"exporter/":  6,
	"processor/": 6,
	"receiver/":  6,

	"cmd/": 7,

	"internal/cleanlines": beside,
	"internal/e2e/":       beside,
	"internal/floors":     beside,
}

// forbidden are edges the floors allow and the design does not. A package is
// judged with everything it imports, however far away. Names are read as in floors.
var forbidden = []struct {
	from []string
	to   []string
	why  string
}{
	{
		onFloors(0, 1, 2, 3),
		[]string{"go.opentelemetry.io/", "google.golang.org/grpc/"},
		"the engine is tested, fuzzed and measured alone, without OpenTelemetry",
	},
	{
		[]string{"internal/pdatawalk", "internal/linewalk"},
		[]string{"internal/guard", "internal/detect", "internal/policy", "internal/action", "internal/finding"},
		"a walker knows where text is and nothing about secrets",
	},
	{
		[]string{"internal/guard"},
		[]string{"internal/pdatawalk", "internal/linewalk", "go.opentelemetry.io/"},
		"the gate does not know the walkers: both know field",
	},
	{
		[]string{"internal/detect"},
		[]string{"internal/policy", "internal/action"},
		"what a secret is has nothing to do with what becomes of it",
	},
	{
		[]string{"processor/"},
		[]string{
			"internal/webui/", "internal/ledger/", "internal/ledgerapi/", "internal/notify/", "internal/lane/", "internal/report/", "internal/demo/",
			"github.com/spf13/", "database/sql", "modernc.org/sqlite/", "github.com/mattn/go-sqlite3/", "github.com/jackc/pgx/",
		},
		"whoever builds the processor into a Collector of their own links nothing else",
	},
}

// pkg is a package as `go list -json` prints it.
type pkg struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

// violations returns what breaks the table or a named edge, one sentence each.
func violations(pkgs []pkg) []string {
	var broken []string
	for _, p := range pkgs {
		name := strings.TrimPrefix(p.ImportPath, module)
		floor, ok := floorOf(name)
		if !ok {
			broken = append(broken, fmt.Sprintf("%s stands on no floor: add it to internal/floors and to docs/architecture.md", name))
			continue
		}
		for _, path := range p.Imports {
			imported, ours := strings.CutPrefix(path, module)
			if !ours {
				continue
			}
			switch other, ok := floorOf(imported); {
			case !ok: // reported where it stands itself
			case other == beside:
				broken = append(broken, fmt.Sprintf("%s imports %s, which is for tests and builds", name, imported))
			case floor != beside && other > floor:
				broken = append(broken, fmt.Sprintf("%s (floor %d) imports %s (floor %d)", name, floor, imported, other))
			}
		}
		for _, edge := range forbidden {
			if !withinAny(name, edge.from) {
				continue
			}
			for _, path := range p.Deps {
				if path := strings.TrimPrefix(path, module); withinAny(path, edge.to) {
					broken = append(broken, fmt.Sprintf("%s depends on %s: %s", name, path, edge.why))
				}
			}
		}
	}
	slices.Sort(broken)
	return broken
}

// floorOf looks a package up by its name, then by the folders above it.
func floorOf(name string) (floor int, ok bool) {
	if floor, ok = floors[name]; ok {
		return floor, true
	}
	for entry, floor := range floors {
		if within(name, entry) {
			return floor, true
		}
	}
	return 0, false
}

// within reports whether a package is the one named, or stands below it where the
// name ends in a slash.
func within(pkg, name string) bool {
	return pkg == name || strings.HasSuffix(name, "/") && strings.HasPrefix(pkg+"/", name)
}

func withinAny(pkg string, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return within(pkg, name) })
}

func onFloors(wanted ...int) []string {
	var names []string
	for name, floor := range floors {
		if slices.Contains(wanted, floor) {
			names = append(names, name)
		}
	}
	return names
}
