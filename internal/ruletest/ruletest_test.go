package ruletest

import (
	"strings"
	"testing"
	"time"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// TestCatalogue holds every rule that ships to its examples.
func TestCatalogue(t *testing.T) {
	catalogue, err := rule.Load(configs.Rules())
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Compile(Policy(catalogue), catalogue, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	result, err := Run(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d rules, %d examples, %d checks", result.Rules, result.Examples, result.Checks)
	for _, f := range result.Failures {
		t.Error(f)
	}
}

// TestProblems lets rules fail in each way.
func TestProblems(t *testing.T) {
	for _, c := range []struct {
		pattern, match, ignore string
		want                   string
	}{
		{`\bK[0-9]{6}\b`, "key «K123456»", "key K12345", ""},
		{`\bK[0-9]{6}\b`, "key K123456", "key", ""},
		{`\bK[0-9]{6}\b`, "key «K123456» and «K654321»", "key", ""},
		{`^K[0-9]{6}\b`, "«K123456»", "key", "match example 1, in the middle of a text: is not found"},
		{`\bK[0-9]{6}\b`, "key «K123456» and K654321", "key", "something that is not marked is found"},
		{`\bK[0-9]{6}\b`, "key «K12345»6", "key", "more than the marked value is found: 0 bytes before and 1 after it"},
		{`\bK[0-9]{6}`, "key «K1234567»", "key", "only 7 of the 8 bytes marked are found"},
		{`\bK[0-9]{6}\b`, "key «K123456»", "key K654321", "ignore example 1, alone: something is found"},
		{`\bK[0-9]{6}\b`, "«key» K123456", "key", "a marked value is not found"},
	} {
		pol := policy.Default()
		pol.Rules = []rule.Rule{{
			ID: "acme-key", Class: rule.Secret, Confidence: "high", Pattern: c.pattern,
			Examples: rule.Examples{Match: []string{c.match}, Ignore: []string{c.ignore}},
		}}
		p, err := policy.Compile(pol, &rule.Catalogue{Version: "2026.12"}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		result, err := Run(p, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range result.Failures {
			got = append(got, f.String())
			if strings.Contains(f.String(), "K1") {
				t.Errorf("%s: a failure shows the value", c.pattern)
			}
		}
		if (c.want == "") != (len(got) == 0) || !strings.Contains(strings.Join(got, "\n"), c.want) {
			t.Errorf("%s on %s: got %q, want %q", c.pattern, c.match, got, c.want)
		}
	}
}
