package ruletest

import (
	"math/rand/v2"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/detect"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// TestRandomTokens makes up values that a rule's own pattern admits and looks for
// them: a validator that turns down what the vendor may well issue is a leak. It
// covers the secrets that go by their own prefix, without a key or keyword.
func TestRandomTokens(t *testing.T) {
	catalogue, err := rule.Load(configs.Rules())
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Compile(Policy(catalogue), catalogue, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	engine, err := detect.Compile(p.Rules)
	if err != nil {
		t.Fatal(err)
	}
	const tries, least = 300, 0.99
	random := rand.New(rand.NewPCG(1, 2))
	rules, found, made := 0, 0, 0
	for i := range p.Rules {
		r := &p.Rules[i]
		if r.Class != rule.Secret || len(r.Keywords) > 0 || engine.Plan(i).Lane != "literal" || chosen(r.Validators) {
			continue
		}
		re, err := syntax.Parse(r.Pattern, syntax.Perl)
		if err != nil {
			t.Fatal(r.ID)
		}
		want := detect.NewSet(len(p.Rules))
		want.Add(i)
		texts := make([]detect.Text, tries)
		for n := range texts {
			var b strings.Builder
			invent(&b, random, re)
			texts[n] = detect.Text{Text: " " + b.String() + " ", Want: want, MaxDepth: 32, MaxDecode: 3}
		}
		seen := map[int]bool{}
		for _, m := range engine.Scan(nil, texts) {
			seen[m.Text] = true
		}
		rules, found, made = rules+1, found+len(seen), made+tries
		if share := float64(len(seen)) / tries; share < least {
			t.Errorf("%s: %.1f %% of the values its pattern admits are found; validators %v", r.ID, share*100, r.Validators)
		}
	}
	t.Logf("%d rules, %d of %d values found", rules, found, made)
}

// chosen reports whether the validators are those of values that people choose, of
// which a placeholder may be one, that have a structure which no pattern says, or that
// may be anything a machine made up, by the name before them.
func chosen(validators []string) bool {
	return slices.Contains(validators, "jwt") || slices.Contains(validators, "password-shape") || slices.Contains(validators, "token-shape") ||
		slices.Contains(validators, "not-placeholder") && !slices.Contains(validators, "mixed")
}

// invent writes a random text that the pattern matches; assertions are left to
// the blanks around it.
func invent(b *strings.Builder, r *rand.Rand, re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		b.WriteRune(pick(r, re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte('x')
	case syntax.OpCapture, syntax.OpConcat:
		for _, sub := range re.Sub {
			invent(b, r, sub)
		}
	case syntax.OpAlternate:
		invent(b, r, re.Sub[r.IntN(len(re.Sub))])
	case syntax.OpQuest, syntax.OpStar, syntax.OpPlus, syntax.OpRepeat:
		lo, hi := map[syntax.Op][2]int{syntax.OpQuest: {0, 1}, syntax.OpStar: {0, 3}, syntax.OpPlus: {1, 4}, syntax.OpRepeat: {re.Min, re.Max}}[re.Op][0], re.Max
		if re.Op != syntax.OpRepeat {
			hi = lo + 1
		}
		if hi < 0 || hi > lo+8 {
			hi = lo + 8
		}
		for range lo + r.IntN(hi-lo+1) {
			invent(b, r, re.Sub[0])
		}
	}
}

// pick is a random rune of a class, of its printable ASCII part where it has one.
func pick(r *rand.Rand, class []rune) rune {
	var all []rune
	for i := 0; i < len(class); i += 2 {
		for c := max(class[i], '!'); c <= min(class[i+1], '~'); c++ {
			all = append(all, c)
		}
	}
	if len(all) == 0 {
		return class[0]
	}
	return all[r.IntN(len(all))]
}
