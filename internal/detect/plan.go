package detect

import (
	"fmt"
	"regexp/syntax"
	"strings"
	"unicode/utf8"

	"github.com/airtight-telemetry/airtight/internal/prefilter"
	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/validate"
)

// keywordReach is how many bytes before a match a keyword may stand.
const keywordReach = 40

// lane is how a rule's candidates are found.
type lane uint8

const (
	byLiteral lane = iota // a literal of its own pattern
	byKeyword             // one of its mandatory keywords
	byShape               // the byte classes at its start
	byKey                 // a value under a telling key
	bySlow                // nothing but its pattern, over every text
)

func (l lane) String() string {
	return [...]string{"literal", "keyword", "shape", "key", "slow"}[l]
}

// plan is a rule ready to run.
type plan struct {
	id         string
	index      int
	lane       lane
	program    *program           // of a key rule the pattern against a whole value, nil without one
	literals   literals           // of a key rule that reads its value as a query
	need       required           // the literals, for byLiteral
	head       *prefilter.ByteSet // what the pattern's optional head ends in, nil where it has none; need counts from behind it
	shape      prefilter.Shape
	min, max   int // bytes of a match
	foldsWide  bool
	keywords   rule.KeySet
	context    rule.KeySet
	words      []string // keywords as written
	validators []validate.Func
	names      []string // of the validators
	base       rule.Confidence
}

func (p *plan) hasKeywords() bool { return len(p.words) > 0 }

// newPlan reads a rule and decides how its candidates are found.
func newPlan(index int, r *rule.Rule) (*plan, error) {
	p := &plan{id: r.ID, index: index, words: r.Keywords, names: r.Validators}
	for i, k := range r.Keywords {
		p.keywords.Add(k, i)
	}
	for i, k := range r.Context {
		p.context.Add(k, i)
	}
	for _, name := range r.Validators {
		f, ok := validate.Lookup(name)
		if !ok {
			return nil, fmt.Errorf("rule %s: a validator is not known; known are %s", r.ID, strings.Join(validate.Names(), ", "))
		}
		p.validators = append(p.validators, f)
	}
	if len(r.Keys) > 0 {
		p.lane = byKey
	}
	if r.Literals != "" {
		if p.literals = readers[r.Literals]; p.literals == nil || p.lane != byKey || r.Pattern != "" {
			return nil, fmt.Errorf("rule %s: literals is one of %v, with keys and without a pattern", r.ID, rule.Literals())
		}
	}
	if r.Pattern == "" && p.lane != byKey {
		return nil, fmt.Errorf("rule %s: needs a pattern or keys", r.ID)
	}
	if r.Pattern != "" {
		if err := p.compile(r.Pattern); err != nil {
			return nil, fmt.Errorf("rule %s: %w", r.ID, err)
		}
	}
	p.base = baseConfidence(r, p.lane)
	return p, nil
}

func baseConfidence(r *rule.Rule, l lane) rule.Confidence {
	switch r.Confidence {
	case "low":
		return rule.Low
	case "medium":
		return rule.Medium
	case "high":
		return rule.High
	}
	if l == byLiteral || l == byKey || l == byKeyword {
		return rule.Medium
	}
	return rule.Low
}

func (p *plan) compile(pattern string) error {
	if p.lane == byKey {
		re, err := parse(`\A(?:` + pattern + `)\z`)
		if err != nil {
			return err
		}
		p.program, err = newProgram(re)
		return err
	}
	re, err := parse(pattern)
	if err != nil {
		return err
	}
	if p.program, err = newProgram(re); err != nil {
		return err
	}
	re = re.Simplify()
	p.need, p.min, p.max = requiredOf(re)
	if rest, ends, ok := optionalHead(re); ok && p.need.min != p.need.max && p.need.score() >= enough {
		if need, _, _ := requiredOf(rest); need.min == need.max && need.score() >= p.need.score() {
			p.need, p.head = need, ends
		}
	}
	if p.min == 0 {
		return fmt.Errorf("pattern matches the empty text")
	}
	p.foldsWide = foldsWide(re)
	switch {
	case p.need.score() >= enough && (!p.hasKeywords() || p.need.score() >= 2*enough):
		p.lane = byLiteral
		return nil
	case p.hasKeywords():
		p.lane = byKeyword
		return nil
	}
	p.lane = bySlow
	if p.shape = shapeOf(p.program.prog); selective(p.shape) {
		p.lane = byShape
	}
	return nil
}

func parse(pattern string) (*syntax.Regexp, error) {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		if e, ok := err.(*syntax.Error); ok {
			return nil, fmt.Errorf("pattern is not RE2: %s", e.Code)
		}
		return nil, fmt.Errorf("pattern is not RE2")
	}
	return re, nil
}

// wideFolds are the two runes outside ASCII that fold to an ASCII letter: under
// (?i) the pattern k also matches the Kelvin sign and s the long s. A text that
// holds one is searched without literals for the rules that fold.
var wideFolds = []string{"\u017f", "\u212a"}

func foldsWide(re *syntax.Regexp) bool {
	if re.Op == syntax.OpLiteral && re.Flags&syntax.FoldCase != 0 {
		for _, r := range re.Rune {
			if strings.ContainsRune("kKsS", r) {
				return true
			}
		}
	}
	for _, sub := range re.Sub {
		if foldsWide(sub) {
			return true
		}
	}
	return false
}

// shapeOf follows the program's first steps and notes which bytes each offset of
// a match may hold. Past the first byte that may be part of a longer rune it
// knows nothing.
func shapeOf(prog *syntax.Prog) prefilter.Shape {
	var shape prefilter.Shape
	states, wordStart := closure(prog, []uint32{uint32(prog.Start)})
	wide := false
	for range prefilter.Window {
		var set prefilter.ByteSet
		var next []uint32
		for _, pc := range states {
			inst := &prog.Inst[pc]
			if inst.Op == syntax.InstMatch {
				return finishShape(shape, wordStart)
			}
			for b := range utf8.RuneSelf {
				if inst.MatchRune(rune(b)) {
					set.Add(byte(b))
				}
			}
			if matchesWide(inst) {
				wide = true
				set.AddRange(utf8.RuneSelf, 255)
			}
			next = append(next, inst.Out)
		}
		shape.Bytes = append(shape.Bytes, set)
		if wide {
			break
		}
		states, _ = closure(prog, next)
	}
	return finishShape(shape, wordStart)
}

// finishShape keeps the boundary only where it means "no word byte before".
func finishShape(s prefilter.Shape, wordStart bool) prefilter.Shape {
	if !wordStart || len(s.Bytes) == 0 {
		return s
	}
	for b := range 256 {
		if s.Bytes[0].Has(byte(b)) && !isWord(byte(b)) {
			return s
		}
	}
	s.Before = prefilter.NoWordBefore
	return s
}

func isWord(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || b == '_'
}

// matchesWide reports whether the instruction matches a rune outside ASCII.
func matchesWide(inst *syntax.Inst) bool {
	switch inst.Op {
	case syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		return true
	case syntax.InstRune, syntax.InstRune1:
		if syntax.Flags(inst.Arg)&syntax.FoldCase != 0 {
			return true
		}
		return len(inst.Rune) > 0 && inst.Rune[len(inst.Rune)-1] >= utf8.RuneSelf
	}
	return false
}

// closure follows the empty transitions. wordStart reports that every way leads
// through a \b or a ^.
func closure(prog *syntax.Prog, from []uint32) (states []uint32, wordStart bool) {
	type step struct {
		pc      uint32
		bounded bool
	}
	seen := make(map[step]bool)
	var stack []step
	for _, pc := range from {
		stack = append(stack, step{pc, false})
	}
	wordStart = true
	have := make(map[uint32]bool)
	for len(stack) > 0 {
		t := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[t] {
			continue
		}
		seen[t] = true
		inst := &prog.Inst[t.pc]
		switch inst.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			stack = append(stack, step{inst.Out, t.bounded}, step{inst.Arg, t.bounded})
		case syntax.InstNop, syntax.InstCapture:
			stack = append(stack, step{inst.Out, t.bounded})
		case syntax.InstEmptyWidth:
			const starts = syntax.EmptyWordBoundary | syntax.EmptyBeginText
			stack = append(stack, step{inst.Out, t.bounded || syntax.EmptyOp(inst.Arg)&starts != 0})
		case syntax.InstFail:
		default:
			wordStart = wordStart && t.bounded
			if !have[t.pc] {
				have[t.pc] = true
				states = append(states, t.pc)
			}
		}
	}
	return states, wordStart
}

// selective reports whether the shape turns most positions of ordinary text away:
// somewhere near its start stand enough bytes of few kinds.
func selective(s prefilter.Shape) bool {
	bits := 0
	for i := range s.Bytes {
		switch n := s.Bytes[i].Len(); {
		case n == 0:
			return true // never matches
		case n <= 2:
			bits += 6
		case n <= 12:
			bits += 3
		case n <= 26:
			bits += 2
		case n <= 70:
			bits++
		}
	}
	if s.Before == prefilter.NoWordBefore {
		bits += 2
	}
	return bits >= 12
}
