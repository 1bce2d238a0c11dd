// Package ruledocs writes the reference pages of a catalogue: one page an area,
// in which every rule is an anchor named by its id, and an index.
package ruledocs

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/detect"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// Index is the name of the page that lists the others.
const Index = "README.md"

const (
	telemetry = "telemetry"
	generated = "<!-- Written by airtight rules docs. Change the rules, not this page. -->\n\n"
)

// area is the rules of one folder of the catalogue.
type area struct {
	name  string
	files []file
	rules int
}

// file is the rules of one file of an area.
type file struct {
	name  string
	rules []rule.Rule
}

// Pages returns the pages of the catalogue in fsys, as rule.Load reads it, by file
// name. Equal catalogues give equal pages.
func Pages(fsys fs.FS) (map[string]string, error) {
	catalogue, err := rule.Load(fsys)
	if err != nil {
		return nil, err
	}
	engine, err := detect.Compile(catalogue.Rules)
	if err != nil {
		return nil, err
	}
	plans := make(map[string]detect.Plan, len(catalogue.Rules))
	for i := range catalogue.Rules {
		plans[catalogue.Rules[i].ID] = engine.Plan(i)
	}
	areas, err := areasOf(fsys, catalogue)
	if err != nil {
		return nil, err
	}
	pages := map[string]string{Index: index(catalogue, areas, plans)}
	for _, a := range areas {
		page, err := a.page(plans)
		if err != nil {
			return nil, err
		}
		pages[a.name+".md"] = page
	}
	return pages, nil
}

// areasOf reads which rule stands in which file.
func areasOf(fsys fs.FS, catalogue *rule.Catalogue) (areas []area, err error) {
	names, err := fs.Glob(fsys, "rules/*/*.yaml")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		rules, err := rule.Parse(name, data)
		if err != nil {
			return nil, err
		}
		for i := range rules {
			rules[i] = *catalogue.Rule(rules[i].ID) // with its pack
		}
		folder := path.Base(path.Dir(name))
		if len(areas) == 0 || areas[len(areas)-1].name != folder {
			areas = append(areas, area{name: folder})
		}
		a := &areas[len(areas)-1]
		a.files = append(a.files, file{strings.TrimSuffix(path.Base(name), ".yaml"), rules})
		a.rules += len(rules)
	}
	slices.SortFunc(areas, func(x, y area) int { return cmp.Compare(x.name, y.name) })
	return areas, nil
}

// page is the page of an area.
func (a area) page(plans map[string]detect.Plan) (string, error) {
	var b strings.Builder
	b.WriteString(generated)
	fmt.Fprintf(&b, "# Rules: %s\n\n%s, by the file they stand in. [How a rule is read](../writing-rules.md) · [All areas](%s)\n\n", a.name, count(a.rules, "rule"), Index)
	if a.name == telemetry {
		if err := a.telemetry(&b); err != nil {
			return "", err
		}
	}
	b.WriteString("| rule | finds | class | severity | confidence |\n|---|---|---|---|---|\n")
	for _, f := range a.files {
		for i := range f.rules {
			r := &f.rules[i]
			fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | %s | %s |\n", r.ID, r.ID, cell(text(r.Description)), r.Class, r.Severity, r.Confidence)
		}
	}
	for _, f := range a.files {
		fmt.Fprintf(&b, "\n## In %s/%s.yaml\n", a.name, f.name)
		for i := range f.rules {
			writeRule(&b, &f.rules[i], plans[f.rules[i].ID])
		}
	}
	return b.String(), nil
}

// telemetry writes the tables that make the telemetry area: where attributes are
// sent, and which are never read.
func (a area) telemetry(b *strings.Builder) error {
	b.WriteString("What the rules know of the attributes of OpenTelemetry's semantic conventions. An attribute is sent to the class\nof its rule, and masked only where that class's pack is on.\n\n")
	b.WriteString("## Attributes\n\nBy the words of their keys, in any notation; `*` stands for any key that begins so.\n\n| key | class | pack | rule |\n|---|---|---|---|\n")
	type route struct{ key, row string }
	var routes []route
	for _, f := range a.files {
		for _, r := range f.rules {
			for _, key := range r.Keys {
				routes = append(routes, route{key, fmt.Sprintf("| `%s` | %s | %s | [%s](#%s) |\n", key, r.Class, r.Pack, r.ID, r.ID)})
			}
		}
	}
	slices.SortStableFunc(routes, func(x, y route) int { return cmp.Compare(x.key, y.key) })
	for _, r := range routes {
		b.WriteString(r.row)
	}
	var never []struct {
		Name  string `yaml:"name"`
		Shape string `yaml:"shape"`
	}
	if err := yaml.Unmarshal(configs.NeverScan(), &never); err != nil {
		return err
	}
	b.WriteString("\n## Ids that are never read\n\nWhile the value of such an attribute has the shape of its id, nothing in it is looked for or masked. Anything else\nunder the name is read like any text. A name is an exact path, or has `*` for any run of characters.\n\n| attribute | shape |\n|---|---|\n")
	for _, n := range never {
		fmt.Fprintf(b, "| `%s` | %s |\n", n.Name, cell(code(n.Shape)))
	}
	b.WriteString("\n## Rules\n\n")
	return nil
}

// index is the page that lists the areas.
func index(c *rule.Catalogue, areas []area, plans map[string]detect.Plan) string {
	var b strings.Builder
	b.WriteString(generated)
	fmt.Fprintf(&b, "# Rules\n\nCatalogue %s: %s. A rule's id is its anchor on the page of its area.\n[How to write one](../writing-rules.md) · [What none of them catches](../not-caught.md)\n\n", c.Version, count(len(c.Rules), "rule"))
	b.WriteString("| area | rules | in a pack that is on by default | with a validator | by key or keyword |")
	lanes := []string{"literal", "keyword", "key", "shape", "slow"}
	b.WriteString(" lane: " + strings.Join(lanes, " | ") + " |\n|---|" + strings.Repeat("--:|", 4+len(lanes)) + "\n")
	on := map[string]bool{}
	for _, p := range policy.Default().Packs {
		on[p] = true
	}
	var sum tally
	for _, a := range areas {
		var t tally
		for _, f := range a.files {
			for i := range f.rules {
				t.add(&f.rules[i], plans[f.rules[i].ID], on)
			}
		}
		fmt.Fprintf(&b, "| [%s](%s.md) |%s\n", a.name, a.name, t.row(lanes))
		sum.join(t)
	}
	fmt.Fprintf(&b, "| all |%s\n", sum.row(lanes))
	b.WriteString("\nThe lane is how the engine finds a rule's candidates: a literal of its pattern, one of its keywords, a key of the\ncontext, the shape of its first bytes, or else (slow) the pattern itself over every text.\n")
	return b.String()
}

// tally counts rules for the index.
type tally struct {
	rules, on, validated, context int
	lanes                         map[string]int
}

func (t *tally) add(r *rule.Rule, p detect.Plan, on map[string]bool) {
	t.join(tally{
		rules: 1, on: one(on[r.Pack] && on[rule.PackOf(r.Class)]), validated: one(len(r.Validators) > 0),
		context: one(len(r.Keys)+len(r.Keywords) > 0), lanes: map[string]int{p.Lane: 1},
	})
}

func (t *tally) join(o tally) {
	t.rules, t.on, t.validated, t.context = t.rules+o.rules, t.on+o.on, t.validated+o.validated, t.context+o.context
	if t.lanes == nil {
		t.lanes = map[string]int{}
	}
	for lane, n := range o.lanes {
		t.lanes[lane] += n
	}
}

func (t *tally) row(lanes []string) string {
	row := fmt.Sprintf(" %d | %d | %d | %d |", t.rules, t.on, t.validated, t.context)
	for _, lane := range lanes {
		row += fmt.Sprintf(" %d |", t.lanes[lane])
	}
	return row
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// count is a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
