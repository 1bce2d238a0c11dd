package detect

import (
	"math"
	"slices"

	"github.com/airtight-telemetry/airtight/internal/prefilter"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// Prediction is what one more rule is expected to cost in clean text, on top of the
// pass over every byte that all rules share. It comes from the rule alone, by how often
// bytes stand in logs: good for telling cheap from dear, and no measurement.
type Prediction struct {
	// Triggers are the literals that make the engine look closer; none in the lanes
	// shape and slow.
	Triggers []Trigger
	// Candidates is how many places in a KiB are looked at closer, and Nanoseconds what
	// that costs.
	Candidates, Nanoseconds float64
}

// Trigger is a literal, folded to lower case, and how rare it is: it is expected at one
// in 2^Bits places.
type Trigger struct {
	Literal string
	Bits    int
}

// The prices of the model in nanoseconds, rounded from measurements of single rules on
// an amd64 core of 2023: of looking closer at a place, of each byte that the automaton
// then reads, and of each byte of a text where a rule has nothing to be found by and
// matches may begin and fail anywhere.
const (
	closerLook  = 50
	byteByByte  = 3
	everyByte   = 10
	typicalLine = 128 // bytes
)

// wordBits bounds how rare a literal of letters alone is taken to be: words stand in
// texts more often than their letters say.
const wordBits = 17

// Predict tells how a rule's candidates are found and what that costs. The error is
// that of Compile.
func Predict(r *rule.Rule) (Prediction, error) {
	p, err := newPlan(0, r)
	if err != nil {
		return Prediction{}, err
	}
	var out Prediction
	var reads float64 // bytes at one candidate
	switch p.lane {
	case byLiteral:
		out.Triggers = triggersOf(p.need.literals)
		reads = float64(min(p.need.max-p.need.min+1, typicalLine))
	case byKeyword:
		var words []string
		for _, w := range p.words {
			word, _, _ := tellingWord(w)
			words = append(words, word)
		}
		out.Triggers = triggersOf(words)
		reads = keywordReach
	case byKey:
		var words []string
		for _, k := range r.Keys {
			sequence, _ := rule.Beginning(k)
			word, _, _ := tellingWord(sequence)
			words = append(words, word)
		}
		out.Triggers = triggersOf(words)
		reads = keyReach
	case byShape:
		out.Candidates = 1024 * chance(p.shape)
		reads = float64(min(p.min, typicalLine))
	case bySlow:
		out.Candidates = 1024
		out.Nanoseconds = 1024 * everyByte
		return out, nil
	}
	for _, t := range out.Triggers {
		out.Candidates += 1024 * math.Exp2(-float64(t.Bits))
	}
	out.Nanoseconds = out.Candidates * (closerLook + byteByByte*reads)
	return out, nil
}

// triggersOf are the literals with how rare each is, the most common first.
func triggersOf(literals []string) []Trigger {
	var out []Trigger
	for _, lit := range unique(slices.Clone(literals)) {
		t := Trigger{Literal: lit}
		letters := true
		for i := range len(lit) {
			t.Bits += rarity(lit[i])
			letters = letters && 'a' <= lit[i] && lit[i] <= 'z'
		}
		if letters {
			t.Bits = min(t.Bits, wordBits)
		}
		out = append(out, t)
	}
	slices.SortStableFunc(out, func(a, b Trigger) int { return a.Bits - b.Bits })
	return out
}

// chance is how likely a shape is to begin at a place of clean text.
func chance(s prefilter.Shape) float64 {
	total := 0.0
	var often [256]float64
	for b := range often {
		often[b] = math.Exp2(-float64(rarity(byte(b))))
		total += often[b]
	}
	// Text comes in runs: behind a digit stands a digit more often than elsewhere.
	const goesOn = 0.6
	c := 1.0
	for i := range s.Bytes {
		sum := 0.0
		for b := range often {
			if s.Bytes[i].Has(byte(b)) {
				sum += often[b]
			}
		}
		p := sum / total
		if i > 0 && s.Bytes[i] == s.Bytes[i-1] {
			p = max(p, goesOn)
		}
		c *= p
	}
	if s.Before == prefilter.NoWordBefore {
		const afterNoWord = 0.3
		c *= afterNoWord
	}
	return c
}
