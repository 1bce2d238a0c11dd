package main

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/rs/zerolog"
	"github.com/wasilibs/go-re2/experimental"
	gitleaks "github.com/zricethezav/gitleaks/v8/detect"
	"github.com/zricethezav/gitleaks/v8/logging"

	"github.com/airtight-telemetry/airtight/internal/rule"
)

// The names of the peers.
const (
	contribTen  = "redaction loop, 10 rules"
	contribSame = "redaction loop, same rules"
	gitleaksOwn = "gitleaks"
	re2Set      = "RE2 set in wasm, gitleaks' rules"

	hyperscanSame   = "Hyperscan, same rules"
	hyperscanPublic = "Hyperscan, gitleaks' rules"
)

// typicalPatterns are what a typical public configuration of the redaction processor
// blocks of personal data: e-mail, three brands of cards, SSN, telephone, IP and MAC
// addresses, accounts and passports.
var typicalPatterns = []string{
	`[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}`, `4[0-9]{12}(?:[0-9]{3})?`, `(5[1-5][0-9]{14})`, `3[47][0-9]{13}`,
	`\b\d{3}-\d{2}-\d{4}\b`, `\+?[0-9]{1,3}[ -]?\(?[0-9]{3}\)?[ -]?[0-9]{3}[ -]?[0-9]{4}`, `\b(?:\d{1,3}\.){3}\d{1,3}\b`,
	`\b(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}\b`, `\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b`, `\b[A-Z]\d{8}\b`,
}

// patternsOf are the rules as peers take them that know nothing but patterns: a rule's
// mandatory keywords stand in the pattern, and its validators are left out. So are key
// rules, which go by the key and not by the text: a peer runs fewer rules than airtight
// does.
func patternsOf(rules []rule.Rule) []string {
	var out []string
	for i := range rules {
		r := &rules[i]
		if len(r.Keys) > 0 {
			continue
		}
		p := r.Pattern
		if len(r.Keywords) > 0 {
			words := make([]string, len(r.Keywords))
			for i, w := range r.Keywords {
				words[i] = regexp.QuoteMeta(w)
			}
			p = `(?i:\b(?:` + strings.Join(words, "|") + `)\b)[\s\S]{0,40}(?:` + p + `)`
		}
		out = append(out, p)
	}
	return out
}

// redactionLoop is what the redaction processor does to a text: each expression in
// turn, and a replacement where one matches.
func redactionLoop(name string, patterns []string) (contender, error) {
	list := make([]*regexp.Regexp, len(patterns))
	for i, p := range patterns {
		re, err := regexp.Compile(p)
		if err != nil {
			return contender{}, fmt.Errorf("%s: pattern %d: %w", name, i, err)
		}
		list[i] = re
	}
	mask := func(string) string { return "****" }
	return local(name, len(list), func(lines []string) func() int {
		return func() (leaky int) {
			for _, line := range lines {
				hit := false
				for _, re := range list {
					if re.MatchString(line) {
						line, hit = re.ReplaceAllStringFunc(line, mask), true
					}
				}
				if hit {
					leaky++
				}
			}
			return leaky
		}
	}), nil
}

// gitleaksDefault is gitleaks as a library with its own rules.
func gitleaksDefault() (contender, error) {
	logging.Logger = zerolog.New(io.Discard).Level(zerolog.Disabled)
	d, err := gitleaks.NewDetectorDefaultConfig()
	if err != nil {
		return contender{}, fmt.Errorf("gitleaks: %w", err)
	}
	return local(gitleaksOwn, len(d.Config.Rules), func(lines []string) func() int {
		return func() (leaky int) {
			for _, line := range lines {
				if len(d.DetectString(line)) > 0 {
					leaky++
				}
			}
			return leaky
		}
	}), nil
}

// wasmRE2 is RE2's set of expressions, compiled to wasm. It says which expressions
// match and not where.
func wasmRE2(patterns []string) (contender, error) {
	set, err := experimental.CompileSet(patterns)
	if err != nil {
		return contender{}, fmt.Errorf("RE2: %w", err)
	}
	c := local(re2Set, len(patterns), func(lines []string) func() int {
		return func() (leaky int) {
			for _, line := range lines {
				if len(set.FindAllString(line, -1)) > 0 {
					leaky++
				}
			}
			return leaky
		}
	})
	c.note = "which rules match, not where"
	return c, nil
}
