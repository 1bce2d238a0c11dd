package main

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/airtight-telemetry/airtight/internal/rule"
)

// gitleaksConfig is what is read of a gitleaks config
// (https://github.com/gitleaks/gitleaks#configuration).
type gitleaksConfig struct {
	Title       string              `toml:"title"`
	Description string              `toml:"description"`
	MinVersion  string              `toml:"minVersion"`
	Extend      map[string]any      `toml:"extend"`
	Allowlist   gitleaksAllowlist   `toml:"allowlist"`
	Allowlists  []gitleaksAllowlist `toml:"allowlists"`
	Rules       []gitleaksRule      `toml:"rules"`
}

type gitleaksRule struct {
	ID          string              `toml:"id"`
	Description string              `toml:"description"`
	Regex       string              `toml:"regex"`
	SecretGroup int                 `toml:"secretGroup"`
	Entropy     float64             `toml:"entropy"`
	Keywords    []string            `toml:"keywords"`
	Tags        []string            `toml:"tags"`
	Path        string              `toml:"path"`
	SkipReport  bool                `toml:"skipReport"`
	Required    []any               `toml:"required"`
	Allowlist   gitleaksAllowlist   `toml:"allowlist"`
	Allowlists  []gitleaksAllowlist `toml:"allowlists"`
}

type gitleaksAllowlist struct {
	Description string   `toml:"description"`
	Condition   string   `toml:"condition"`
	Commits     []string `toml:"commits"`
	Paths       []string `toml:"paths"`
	RegexTarget string   `toml:"regexTarget"`
	Regexes     []string `toml:"regexes"`
	StopWords   []string `toml:"stopwords"`
	TargetRules []string `toml:"targetRules"`
}

// importGitleaks translates a gitleaks config.
func importGitleaks(data []byte) (*imported, error) {
	var c gitleaksConfig
	if err := toml.Unmarshal(data, &c); err != nil {
		return nil, tomlError(err)
	}
	var out imported
	for _, key := range unknownTOML(data, &c) {
		out.leave(key, "unknown here, not translated")
	}
	for _, key := range slices.Sorted(maps.Keys(c.Extend)) {
		switch key {
		case "useDefault":
			out.leave("extend.useDefault", "the default rules of gitleaks are not imported; the packs of airtight's own catalogue stand in")
		case "path":
			out.leave("extend.path", "import that file too")
		default:
			out.leave("extend."+key, "not translated")
		}
	}
	everywhere := append(c.Allowlists, c.Allowlist)
	for n := range c.Rules {
		r := &c.Rules[n]
		where := fmt.Sprintf("rules[%d]", n)
		if r.ID != "" {
			where = "rule " + kebab(r.ID)
		}
		if r.Regex == "" {
			out.leave(where, "goes by file names, which telemetry does not have")
			continue
		}
		out.policy.Rules = append(out.policy.Rules, out.gitleaksRule(where, r))
	}
	for n, a := range everywhere {
		if n == len(c.Allowlists) && a.empty() {
			continue
		}
		targets := map[string]bool{}
		for _, id := range a.TargetRules {
			targets[kebab(id)] = true
		}
		ignore := out.gitleaksIgnore("allowlist", a)
		for i := range out.policy.Rules {
			if r := &out.policy.Rules[i]; len(targets) == 0 || targets[r.ID] {
				r.IgnoreValues = append(r.IgnoreValues, ignore...)
			}
		}
	}
	return &out, nil
}

func (a gitleaksAllowlist) empty() bool {
	return len(a.Commits)+len(a.Paths)+len(a.Regexes)+len(a.StopWords) == 0
}

func (i *imported) gitleaksRule(where string, r *gitleaksRule) rule.Rule {
	pattern, group := valueGroup(r.Regex, r.SecretGroup)
	if !group {
		i.leave(where, "has several groups and names no secretGroup; the whole match is masked")
	}
	out := rule.Rule{
		ID: kebab(r.ID), Class: rule.Secret, Description: strings.TrimSuffix(r.Description, "."),
		Severity: "high", Confidence: "medium", Pattern: pattern,
	}
	if r.Entropy > 0 {
		out.Validators = []string{"entropy"}
		i.leave(where+".entropy", "the validator entropy stands in, with a threshold of its own")
	}
	if words := keywords(r); len(words) > 0 {
		out.Keywords = words
		i.leave(where+".keywords", "mandatory as whole words within 40 bytes before the value or in its key, and not anywhere in the text")
	}
	if r.Path != "" {
		i.leave(where+".path", "telemetry has no file names; the rule holds everywhere")
	}
	if r.SkipReport {
		out.Mode = "shadow"
		i.leave(where+".skipReport", "the rule is in shadow mode")
	}
	if len(r.Required) > 0 {
		i.leave(where+".required", "not translated; the rule holds by itself")
	}
	for n, a := range append(r.Allowlists, r.Allowlist) {
		if n == len(r.Allowlists) && a.empty() {
			continue
		}
		out.IgnoreValues = append(out.IgnoreValues, i.gitleaksIgnore(where+".allowlist", a)...)
	}
	return out
}

// keywords are the rule's keywords if none of them stands in its pattern: those that
// do only make gitleaks faster, as the engine's own literals do.
func keywords(r *gitleaksRule) (words []string) {
	pattern := strings.ToLower(r.Regex)
	for _, k := range r.Keywords {
		if strings.Contains(pattern, strings.ToLower(k)) {
			return nil
		}
		if w := strings.Join(rule.Words(nil, k), " "); w != "" && !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	return words
}

// gitleaksIgnore is what an allow list exempts of values.
func (i *imported) gitleaksIgnore(where string, a gitleaksAllowlist) (values []string) {
	if len(a.Commits) > 0 {
		i.leave(where+".commits", "telemetry has no commits")
	}
	if len(a.Paths) > 0 {
		i.leave(where+".paths", "telemetry has no file names")
	}
	if strings.EqualFold(a.Condition, "AND") || strings.EqualFold(a.Condition, "&&") {
		if len(a.Regexes)+len(a.StopWords) > 0 {
			i.leave(where+".condition", "not translated, and so are the allowed values under it")
		}
		return nil
	}
	if len(a.Regexes) > 0 && a.RegexTarget != "" && a.RegexTarget != "secret" {
		i.leave(where+".regexes", "look at more than the secret; ignore_values look at the value alone")
	} else {
		for n, expression := range a.Regexes {
			if _, err := regexp.Compile(expression); err != nil {
				i.leave(fmt.Sprintf("%s.regexes[%d]", where, n), "is not RE2")
				continue
			}
			values = append(values, anywhere(expression))
		}
	}
	if len(a.StopWords) > 0 {
		words := make([]string, len(a.StopWords))
		for n, w := range a.StopWords {
			words[n] = regexp.QuoteMeta(w)
		}
		values = append(values, anywhere(`(?i)(?:`+strings.Join(words, "|")+`)`))
	}
	return values
}

// valueGroup makes the group with that number the group value, and every other one
// a group without a number. With number 0 it is the only group, if there is one; ok
// is false where it can't be said which is meant.
func valueGroup(pattern string, number int) (out string, ok bool) {
	groups := groupStarts(pattern)
	if number == 0 && len(groups) == 1 {
		number = 1
	}
	var b strings.Builder
	at := 0
	for n, g := range groups {
		b.WriteString(pattern[at:g.start])
		if n+1 == number {
			b.WriteString("(?P<value>")
		} else {
			b.WriteString("(?:")
		}
		at = g.end
	}
	b.WriteString(pattern[at:])
	return b.String(), number > 0 || len(groups) == 0
}

// opening is the opening of a numbered group: "(" or "(?P<name>".
type opening struct{ start, end int }

// groupStarts finds the openings of the numbered groups of an RE2 expression.
func groupStarts(pattern string) (out []opening) {
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '\\':
			if strings.HasPrefix(pattern[i:], `\Q`) {
				end := strings.Index(pattern[i:], `\E`)
				if end < 0 {
					return out
				}
				i += end
			}
			i++
		case '[':
			i = classEnd(pattern, i)
		case '(':
			rest := pattern[i+1:]
			switch {
			case !strings.HasPrefix(rest, "?"):
				out = append(out, opening{i, i + 1})
			case strings.HasPrefix(rest, "?P<"), strings.HasPrefix(rest, "?<"):
				if end := strings.IndexByte(rest, '>'); end > 0 {
					out = append(out, opening{i, i + 1 + end + 1})
				}
			}
		}
	}
	return out
}

// classEnd is where the character class that starts at i ends.
func classEnd(pattern string, i int) int {
	i++
	if i < len(pattern) && pattern[i] == '^' {
		i++
	}
	if i < len(pattern) && pattern[i] == ']' {
		i++ // the first one is a character
	}
	for ; i < len(pattern) && pattern[i] != ']'; i++ {
		switch {
		case pattern[i] == '\\':
			i++
		case strings.HasPrefix(pattern[i:], "[:"):
			if end := strings.Index(pattern[i:], ":]"); end > 0 {
				i += end + 1
			}
		}
	}
	return i
}

// tomlError names line and column and never quotes the file.
func tomlError(err error) error {
	var d *toml.DecodeError
	if !errors.As(err, &d) {
		return errors.New("is not TOML that gitleaks reads; check it with gitleaks itself")
	}
	row, column := d.Position()
	key := ""
	if k := d.Key(); len(k) > 0 {
		key = ": " + strings.Join(k, ".")
	}
	return fmt.Errorf("%d:%d%s: is not TOML that gitleaks reads; check quotes and types", row, column, key)
}

// unknownTOML names the keys of a document that a config does not have.
func unknownTOML(data []byte, into *gitleaksConfig) (keys []string) {
	dec := toml.NewDecoder(strings.NewReader(string(data)))
	dec.DisallowUnknownFields()
	var fresh gitleaksConfig
	var missing *toml.StrictMissingError
	if err := dec.Decode(&fresh); errors.As(err, &missing) {
		for _, e := range missing.Errors {
			if key := strings.Join(e.Key(), "."); !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	*into = fresh
	return keys
}
