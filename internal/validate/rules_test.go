package validate_test

import (
	"strings"
	"testing"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/validate"
)

// TestCatalogueExamples: what a rule marks in its examples passes its validators.
func TestCatalogueExamples(t *testing.T) {
	catalogue, err := rule.Load(configs.Rules())
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, r := range catalogue.Rules {
		for _, name := range r.Validators {
			used[name] = true
			valid, ok := validate.Lookup(name)
			if !ok {
				t.Errorf("rule %s: no validator %s", r.ID, name)
				continue
			}
			for i, text := range r.Examples.Match {
				for _, value := range marked(text) {
					if !valid(value) {
						t.Errorf("rule %s: match example %d does not pass %s", r.ID, i+1, name)
					}
				}
			}
		}
	}
	// Building blocks, and ids whose rule asks for one of several forms.
	for _, name := range []string{"luhn", "dni", "nie", "cif", "ausweis", "vin", "ean", "jwt"} {
		used[name] = true
	}
	for _, name := range validate.Names() {
		if !used[name] {
			t.Errorf("no rule uses validator %s", name)
		}
	}
}

// marked returns the values between the marks of an example.
func marked(text string) (values []string) {
	for {
		_, rest, ok := strings.Cut(text, "«")
		if !ok {
			return values
		}
		value, tail, _ := strings.Cut(rest, "»")
		values, text = append(values, value), tail
	}
}
