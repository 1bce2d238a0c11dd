package rule_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/validate"
)

func load(t *testing.T) *rule.Catalogue {
	t.Helper()
	c, err := rule.Load(configs.Rules())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCatalogueLint(t *testing.T) {
	c := load(t)
	for i := range c.Rules {
		r := &c.Rules[i]
		for _, fault := range r.LintCatalogue() {
			t.Error(fault)
		}
		for _, name := range r.Validators {
			if _, ok := validate.Lookup(name); !ok {
				t.Errorf("rule %s: validators: %s does not exist", r.ID, name)
			}
		}
		if re, err := regexp.Compile(r.Pattern); err == nil && r.Pattern != "" {
			if slices.ContainsFunc(re.SubexpNames()[1:], func(name string) bool { return name == "" }) {
				t.Errorf("rule %s: pattern: write (?:…) for a group that is not the value", r.ID)
			}
		}
		if r.Since > c.Version {
			t.Errorf("rule %s: since: newer than the catalogue", r.ID)
		}
	}
}

// TestCatalogueDiffers holds that no two rules find the same thing.
func TestCatalogueDiffers(t *testing.T) {
	seen := map[string]string{}
	for _, r := range load(t).Rules {
		what := strings.Join([]string{r.Pattern, strings.Join(r.Keys, ","), strings.Join(r.Keywords, ",")}, "|")
		if other, ok := seen[what]; ok {
			t.Errorf("rules %s and %s are the same", other, r.ID)
		}
		seen[what] = r.ID
	}
}

func TestCatalogueCount(t *testing.T) {
	count := map[string]int{}
	for _, r := range load(t).Rules {
		count[r.Pack]++
	}
	if count["secrets"] < 180 {
		t.Errorf("%d rules in pack secrets, want at least 180", count["secrets"])
	}
	t.Log(count)
}

// TestSecretExamples reads each example with Go's regexp and a few lines that
// find keys, far less than the engine does, so that a rule's fault shows here and
// an engine's there.
func TestSecretExamples(t *testing.T) {
	c := load(t)
	for i := range c.Rules {
		r := &c.Rules[i]
		if r.Pack != "secrets" {
			continue
		}
		t.Run(r.ID, func(t *testing.T) {
			f := newFinder(t, r)
			for i, text := range r.Examples.Match {
				plain := strings.NewReplacer("«", "", "»", "").Replace(text)
				found := f.find(plain)
				if _, rest, marked := strings.Cut(text, "«"); marked {
					want, _, _ := strings.Cut(rest, "»")
					if !slices.Contains(found, want) {
						t.Errorf("match example %d: %d findings, none is the marked value", i+1, len(found))
					}
				} else if len(found) == 0 {
					t.Errorf("match example %d: nothing found", i+1)
				}
			}
			for i, text := range r.Examples.Ignore {
				if found := f.find(text); len(found) > 0 {
					t.Errorf("ignore example %d: %d findings", i+1, len(found))
				}
			}
		})
	}
}

type finder struct {
	r      *rule.Rule
	re     *regexp.Regexp
	keys   rule.KeySet
	checks []validate.Func
	ignore []*regexp.Regexp
}

func newFinder(t *testing.T, r *rule.Rule) *finder {
	f := &finder{r: r}
	pattern := r.Pattern
	if len(r.Keys) > 0 {
		if pattern == "" {
			pattern = `(?s).+`
		}
		pattern = `^(?:` + pattern + `)$`
	}
	f.re = regexp.MustCompile(pattern)
	for _, key := range r.Keys {
		f.keys.Add(key, 0)
	}
	for _, name := range r.Validators {
		check, ok := validate.Lookup(name)
		if !ok {
			t.Fatalf("no validator %s", name)
		}
		f.checks = append(f.checks, check)
	}
	for _, v := range r.IgnoreValues {
		expr, ok := rule.Expression(v)
		if !ok {
			expr = `^` + regexp.QuoteMeta(v) + `$`
		}
		f.ignore = append(f.ignore, regexp.MustCompile(expr))
	}
	return f
}

// find returns the values of the rule in text.
func (f *finder) find(text string) (values []string) {
	keep := func(of string, at []int) {
		if g := f.re.SubexpIndex("value"); g > 0 {
			at = at[2*g:]
		}
		v := of[at[0]:at[1]]
		holds := func(check validate.Func) bool { return check(v) }
		exempts := func(re *regexp.Regexp) bool { return re.MatchString(v) }
		if !slices.ContainsFunc(f.checks, func(c validate.Func) bool { return !holds(c) }) && !slices.ContainsFunc(f.ignore, exempts) {
			values = append(values, v)
		}
	}
	if len(f.r.Keys) == 0 {
		for _, at := range f.re.FindAllStringSubmatchIndex(text, -1) {
			if f.near(text[:at[0]]) {
				keep(text, at)
			}
		}
		return values
	}
	for _, p := range pairs(text) {
		if at := f.re.FindStringSubmatchIndex(p.value); at != nil && f.keys.EndsIn(p.key) {
			keep(p.value, at)
		}
	}
	return values
}

// near reports whether one of the rule's keywords, if it has any, is a word of
// the last 40 bytes.
func (f *finder) near(before string) bool {
	if len(f.r.Keywords) == 0 {
		return true
	}
	var near rule.KeySet
	for _, k := range f.r.Keywords {
		near.Add(k, 0)
	}
	return near.Contains(before[max(0, len(before)-40):])
}

type pair struct{ key, value string }

var (
	keyBefore = regexp.MustCompile(`([\p{L}_][\p{L}\p{M}\p{N}_.-]*( Key \d+)?)["']?\s*([:=,])\s*(?:\["|['"])?`)
	scheme    = regexp.MustCompile(`\b(?i:(bearer|basic)) (\S+)`)
	userinfo  = regexp.MustCompile(`\w+://[^\s:/@]*:([^\s/@]+)@`)
)

// pairs reads the keys and values of text: key=value, "key": "value", a header.
func pairs(text string) (found []pair) {
	for i := 0; i < len(text); {
		at := keyBefore.FindStringSubmatchIndex(text[i:])
		if at == nil {
			break
		}
		key, sign, rest := text[i:][at[2]:at[3]], text[i:][at[6]:at[7]], text[i+at[1]:]
		// A quote before the value ends it.
		stop := " \n&;,}"
		if q := text[i+at[1]-1]; q == '"' || q == '\'' {
			stop = string(q)
		} else if sign == ":" && strings.HasSuffix(text[i:][:at[1]], " ") {
			found = append(found, pair{key, rest})
		}
		if end := strings.IndexAny(rest, stop); end >= 0 {
			rest = rest[:end]
		}
		found = append(found, pair{key, rest})
		i += at[7]
	}
	for _, at := range scheme.FindAllStringSubmatch(text, -1) {
		found = append(found, pair{at[1], strings.TrimRight(at[2], `"'`)})
	}
	for _, at := range userinfo.FindAllStringSubmatch(text, -1) {
		found = append(found, pair{"url.password", at[1]})
	}
	return found
}

// TestCatalogueSize prints how many rules there are of each class, and how many of them
// go by their pattern alone: without a validator, and without a key, keyword or context.
func TestCatalogueSize(t *testing.T) {
	type size struct{ rules, noValidator, noContext, neither int }
	count := map[string]*size{}
	for _, r := range load(t).Rules {
		valid := len(r.Validators) > 0
		context := len(r.Keys)+len(r.Keywords)+len(r.Context) > 0
		for _, of := range []string{string(r.Class), "all"} {
			if count[of] == nil {
				count[of] = &size{}
			}
			s := count[of]
			s.rules++
			if !valid {
				s.noValidator++
			}
			if !context {
				s.noContext++
			}
			if !valid && !context {
				s.neither++
			}
		}
	}
	for _, of := range slices.Sorted(maps.Keys(count)) {
		s := count[of]
		t.Logf("%-8s %3d rules; without a validator %3d, without key, keyword or context %3d, without either %2d", of, s.rules, s.noValidator, s.noContext, s.neither)
	}
}
