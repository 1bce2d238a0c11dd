package ruledocs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/ruledocs"
	"github.com/airtight-telemetry/airtight/internal/validate"
)

const docs = "../../docs"

// TestPagesAreThoseOfTheCatalogue holds the pages that are checked in to the rules.
func TestPagesAreThoseOfTheCatalogue(t *testing.T) {
	pages, err := ruledocs.Pages(configs.Rules())
	if err != nil {
		t.Fatal(err)
	}
	const cure = "run go generate ./configs"
	for name, want := range pages {
		got, err := os.ReadFile(filepath.Join(docs, "rules", name))
		if err != nil {
			t.Errorf("docs/rules/%s is missing: %s", name, cure)
		} else if string(got) != want {
			t.Errorf("docs/rules/%s is not what the catalogue says: %s", name, cure)
		}
	}
	there, err := filepath.Glob(filepath.Join(docs, "rules", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range there {
		if _, ok := pages[filepath.Base(path)]; !ok {
			t.Errorf("docs/rules/%s belongs to no area: take it away", filepath.Base(path))
		}
	}
}

// TestEveryRuleIsAnAnchor: one page holds each rule, once.
func TestEveryRuleIsAnAnchor(t *testing.T) {
	pages, err := ruledocs.Pages(configs.Rules())
	if err != nil {
		t.Fatal(err)
	}
	catalogue, err := rule.Load(configs.Rules())
	if err != nil {
		t.Fatal(err)
	}
	anchors := map[string]int{}
	for _, page := range pages {
		for _, heading := range regexp.MustCompile(`(?m)^### ([a-z0-9-]+)$`).FindAllStringSubmatch(page, -1) {
			anchors[heading[1]]++
		}
	}
	for _, r := range catalogue.Rules {
		if anchors[r.ID] != 1 {
			t.Errorf("rule %s is on the pages %d times", r.ID, anchors[r.ID])
		}
	}
	if len(anchors) != len(catalogue.Rules) {
		t.Errorf("%d anchors for %d rules", len(anchors), len(catalogue.Rules))
	}
}

// TestEveryValidatorIsExplained holds the guide for rule writers to the validators
// there are.
func TestEveryValidatorIsExplained(t *testing.T) {
	guide, err := os.ReadFile(filepath.Join(docs, "writing-rules.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(guide), "\n## Validators\n")
	section, _, _ = strings.Cut(section, "\n## ")
	for _, name := range validate.Names() {
		if !strings.Contains(section, "| `"+name+"` |") {
			t.Errorf("docs/writing-rules.md does not say what validator %s accepts", name)
		}
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z0-9-]+)` \\|").FindAllStringSubmatch(section, -1) {
		if _, ok := validate.Lookup(row[1]); !ok {
			t.Errorf("docs/writing-rules.md explains a validator %s that is not there", row[1])
		}
	}
}
