package policy

import (
	"math"
	"regexp/syntax"
	"slices"

	"github.com/airtight-telemetry/airtight/internal/rule"
)

// lowEntropyBits is the size of a value space, as a power of two, below which
// whoever holds a token's key, or can have texts masked and read the outcome,
// finds a value by trying them all.
const lowEntropyBits = 40

// lowEntropyClasses are the classes whose values are drawn from a small space
// however long they are: card and national numbers, where prefix and check digits
// leave under 2^40; names and places, which come from lists; IPv4 addresses.
var lowEntropyClasses = []rule.Class{rule.Payment, rule.Identity, rule.Network, rule.Person, rule.Health, rule.Location}

// lowEntropyWords mark rules for small spaces in the other classes. A phone
// number has 15 digits at most (ITU-T E.164), and far fewer once its country is known.
var lowEntropyWords = keySet("phone", "telephone", "mobile", "fax", "pin", "otp", "passcode", "zip", "postcode", "birth")

// What PCI DSS calls sensitive authentication data: card verification codes, PINs
// and track data. It may not be kept after authorisation in any form, so no part,
// token or fingerprint of it is made. Rules for it are known by their ids; among
// secrets "track" and the like mean other things.
var (
	authenticationSecrets = keySet("pin", "pin block", "cvv", "cvc")
	authenticationWords   = keySet("pin", "pin block", "cvv", "cvv2", "cvc", "cvc2", "cav2", "cid", "card verification", "track", "track1", "track2", "magstripe")
)

func keySet(sequences ...string) *rule.KeySet {
	s := &rule.KeySet{}
	for _, q := range sequences {
		s.Add(q, 0)
	}
	return s
}

// authenticationData reports whether a rule finds CVV, PIN or track data.
func authenticationData(r *rule.Rule) bool {
	if r.Class == rule.Secret {
		return authenticationSecrets.Contains(r.ID)
	}
	return authenticationWords.Contains(r.ID)
}

// lowEntropy reports whether the values a rule finds come from a space under
// 2^40. The class decides; in the others the rule's id or the number of texts its
// pattern can match may make it low. The number never lifts a rule out of a low
// class: it counts what is written alike, not what is issued.
func lowEntropy(r *rule.Rule) bool {
	return slices.Contains(lowEntropyClasses, r.Class) || lowEntropyWords.Contains(r.ID) || patternBits(r.Pattern) < lowEntropyBits
}

// patternBits is the binary logarithm of an upper bound on the number of values a
// pattern can find: of its group value, where there is one. Without a pattern it
// is without bound.
func patternBits(pattern string) float64 {
	if pattern == "" {
		return math.Inf(1)
	}
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return math.Inf(1)
	}
	if g := valueGroup(re); g != nil {
		re = g
	}
	return bits(re)
}

func valueGroup(re *syntax.Regexp) *syntax.Regexp {
	if re.Op == syntax.OpCapture && re.Name == "value" {
		return re
	}
	for _, sub := range re.Sub {
		if g := valueGroup(sub); g != nil {
			return g
		}
	}
	return nil
}

func bits(re *syntax.Regexp) float64 {
	switch re.Op {
	case syntax.OpLiteral:
		// Letter case is free under (?i), but it is how a value is written rather
		// than what it is.
		return 0
	case syntax.OpCharClass:
		n := 0
		for i := 0; i+1 < len(re.Rune); i += 2 {
			n += int(re.Rune[i+1]-re.Rune[i]) + 1
		}
		return math.Log2(math.Max(1, float64(n)))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 8
	case syntax.OpCapture:
		return bits(re.Sub[0])
	case syntax.OpQuest:
		return bits(re.Sub[0]) + 1
	case syntax.OpStar, syntax.OpPlus:
		return math.Inf(1)
	case syntax.OpRepeat:
		if re.Max < 0 {
			return math.Inf(1)
		}
		b := bits(re.Sub[0]) * float64(re.Max)
		if re.Max > re.Min {
			b += math.Log2(float64(re.Max - re.Min + 1))
		}
		return b
	case syntax.OpConcat:
		sum := 0.0
		for _, sub := range re.Sub {
			sum += bits(sub)
		}
		return sum
	case syntax.OpAlternate:
		most := 0.0
		for _, sub := range re.Sub {
			most = math.Max(most, bits(sub))
		}
		return most + math.Log2(float64(len(re.Sub)))
	}
	return 0
}
