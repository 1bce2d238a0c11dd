package rule

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

var (
	idForm      = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	versionForm = regexp.MustCompile(`^20\d\d\.(0[1-9]|1[0-2])$`)
	// phraseForm is lower-case words of any script, one space between two.
	phraseForm = regexp.MustCompile(`^[\p{Ll}\p{Lm}\p{Lo}\p{M}\p{Nd}]+([ ][\p{Ll}\p{Lm}\p{Lo}\p{M}\p{Nd}]+)*$`)
)

// Literals lists the kinds of query that a rule's literals may name.
func Literals() []string { return []string{"sql", "graphql"} }

// Severities lists the severities, mildest first.
func Severities() []string { return []string{"low", "medium", "high", "critical"} }

// ParseConfidence returns the confidence that a rule file or policy calls name.
func ParseConfidence(name string) (Confidence, bool) {
	switch name {
	case "low":
		return Low, true
	case "medium":
		return Medium, true
	case "high":
		return High, true
	}
	return 0, false
}

// String returns the name a rule file uses.
func (c Confidence) String() string {
	switch c {
	case Low:
		return "low"
	case Medium:
		return "medium"
	case High:
		return "high"
	}
	return "unknown"
}

// Lint returns what is wrong with a rule from any source, each fault naming the
// rule and the key. Whether its validators exist is checked where they are
// looked up.
func (r *Rule) Lint() []error {
	l := linter{id: r.ID}
	if !idForm.MatchString(r.ID) || len(r.ID) > 64 {
		l.id = "without a valid id"
		l.add("id", "must be kebab-case, a-z and 0-9, at most 64 bytes")
	}
	if !slices.Contains(Classes(), r.Class) {
		l.add("class", "must be one of %v", Classes())
	}
	if r.Severity != "" && !slices.Contains(Severities(), r.Severity) {
		l.add("severity", "must be one of %v", Severities())
	}
	if _, ok := ParseConfidence(r.Confidence); r.Confidence != "" && !ok {
		l.add("confidence", "must be low, medium or high")
	}
	if r.Mode != "" && r.Mode != "enforce" && r.Mode != "shadow" {
		l.add("mode", "must be enforce or shadow")
	}
	switch {
	case r.Pattern == "" && len(r.Keys) == 0:
		l.add("pattern", "a rule needs a pattern, keys, or both")
	case r.Pattern != "":
		l.pattern(r.Pattern)
	}
	l.phrases("keys", beginnings(r.Keys))
	switch {
	case r.Literals == "":
	case !slices.Contains(Literals(), r.Literals):
		l.add("literals", "must be one of %v", Literals())
	case len(r.Keys) == 0 || r.Pattern != "":
		l.add("literals", "needs keys and no pattern: what is a literal is known without one")
	}
	l.phrases("keywords", r.Keywords)
	l.phrases("context", r.Context)
	for _, v := range r.IgnoreValues {
		if re, ok := Expression(v); ok {
			if _, err := regexp.Compile(re); err != nil {
				l.add("ignore_values", "holds an expression that RE2 refuses: %s", reason(err))
			}
		} else if v == "" {
			l.add("ignore_values", "holds an empty value")
		}
	}
	for _, v := range r.Validators {
		if !idForm.MatchString(v) {
			l.add("validators", "holds a name that is not kebab-case")
		}
	}
	return l.faults
}

// LintCatalogue returns what Lint does, and what a rule of a catalogue lacks
// besides: a catalogue's rules explain and prove themselves.
func (r *Rule) LintCatalogue() []error {
	l := linter{id: r.ID, faults: r.Lint()}
	for _, need := range []struct{ key, value string }{
		{"description", r.Description}, {"severity", r.Severity}, {"confidence", r.Confidence}, {"doc", r.Doc},
	} {
		if need.value == "" {
			l.add(need.key, "is missing")
		}
	}
	if !versionForm.MatchString(r.Since) {
		l.add("since", "must be a catalogue version, YYYY.MM")
	}
	if len(r.Examples.Match) < 2 || len(r.Examples.Ignore) < 2 {
		l.add("examples", "need at least two match and two ignore texts")
	}
	for i, text := range r.Examples.Match {
		if strings.Count(text, "«") != strings.Count(text, "»") {
			l.add("examples.match", "number %d has a mark without its partner", i+1)
		}
	}
	return l.faults
}

// Expression returns the regular expression of an ignore value written between
// slashes, anchored to match a whole value, and whether it is one.
func Expression(ignore string) (string, bool) {
	if len(ignore) < 2 || ignore[0] != '/' || ignore[len(ignore)-1] != '/' {
		return "", false
	}
	return `^(?:` + ignore[1:len(ignore)-1] + `)$`, true
}

type linter struct {
	id     string
	faults []error
}

func (l *linter) add(key, format string, args ...any) {
	l.faults = append(l.faults, fmt.Errorf("rule %s: %s: %s", l.id, key, fmt.Sprintf(format, args...)))
}

func (l *linter) pattern(pattern string) {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		l.add("pattern", "RE2 refuses it: %s", reason(err))
		return
	}
	if minLength(re) == 0 {
		l.add("pattern", "can match the empty text")
	}
	values := 0
	for _, name := range re.CapNames() {
		switch name {
		case "":
		case "value":
			values++
		default:
			l.add("pattern", "the only group with a name is \"value\"; write the others as (?:…)")
		}
	}
	if values > 1 {
		l.add("pattern", "has more than one group \"value\"")
	}
	if v := group(re, "value"); v != nil && minLength(v) == 0 {
		l.add("pattern", "the group \"value\" can be empty")
	}
}

// beginnings are the keys without the mark that says that they begin a key. That
// takes two words or more: one begins too many.
func beginnings(keys []string) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		if head, begins := Beginning(k); begins && strings.Contains(head, " ") {
			k = head
		}
		out[i] = k
	}
	return out
}

func (l *linter) phrases(key string, phrases []string) {
	seen := map[string]bool{}
	for _, p := range phrases {
		switch {
		case !phraseForm.MatchString(p):
			l.add(key, "must be lower-case words with one space between two")
		case seen[p]:
			l.add(key, "name %q twice", p)
		}
		seen[p] = true
	}
}

// reason is the kind of a pattern's fault without the text at fault: a pattern
// may hold a value its author wants kept.
func reason(err error) string {
	var se *syntax.Error
	if errors.As(err, &se) {
		return se.Code.String()
	}
	return "it does not compile"
}

// minLength is the least number of characters re matches.
func minLength(re *syntax.Regexp) int {
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1
	case syntax.OpCapture, syntax.OpPlus:
		return minLength(re.Sub[0])
	case syntax.OpRepeat:
		return re.Min * minLength(re.Sub[0])
	case syntax.OpConcat:
		n := 0
		for _, sub := range re.Sub {
			n += minLength(sub)
		}
		return n
	case syntax.OpAlternate:
		n := minLength(re.Sub[0])
		for _, sub := range re.Sub[1:] {
			n = min(n, minLength(sub))
		}
		return n
	}
	return 0
}

func group(re *syntax.Regexp, name string) *syntax.Regexp {
	if re.Op == syntax.OpCapture && re.Name == name {
		return re
	}
	for _, sub := range re.Sub {
		if g := group(sub, name); g != nil {
			return g
		}
	}
	return nil
}
