package detect

import (
	"errors"
	"runtime"
	"strings"

	"github.com/airtight-telemetry/airtight/internal/prefilter"
	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/structure"
)

// Engine is a set of rules ready to run. It is immutable and safe for concurrent
// use.
type Engine struct {
	plans    []*plan
	keys     rule.KeySet // the keys of the lane byKey
	keywords rule.KeySet // the keywords of the lane byKeyword

	literals *prefilter.Literals
	triggers [][]trigger // by literal
	length   []int32     // of each literal
	shapes   *prefilter.Shapes
	shaped   []int32 // rule by shape
	slow     []int
	wide     []int // rules that fold to runes outside ASCII

	// idle are scanners for the next scans. They hold automata that are dear to
	// build, so the garbage collector must not clear them as it does a sync.Pool.
	idle chan *scanner
}

// trigger says what a literal's occurrence means to a rule.
type trigger struct {
	rule   int32
	kind   triggerKind
	lo, hi int32 // where a match may start, counted from the literal's end
}

type triggerKind uint8

const (
	startsMatch triggerKind = iota // a match may start between lo and hi
	followsWord                    // the same after a keyword, which may be a key
	namesKey                       // a telling key may stand here
	cues                           // a value may stand here that a key names which is not written
	widens                         // a rune that folds to ASCII stands here
)

// Compile reads the rules; a rule's index in Match is its place in the list. All
// faults come joined, each naming its rule and never quoting a value.
func Compile(rules []rule.Rule) (*Engine, error) {
	e := &Engine{plans: make([]*plan, len(rules))}
	var faults []error
	for i := range rules {
		p, err := newPlan(i, &rules[i])
		if err != nil {
			faults = append(faults, err)
			continue
		}
		e.plans[i] = p
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	b := newBuilder()
	for i, p := range e.plans {
		if p.foldsWide {
			e.wide = append(e.wide, i)
		}
		switch p.lane {
		case byLiteral:
			b.literals(p)
		case byKey:
			for _, k := range rules[i].Keys {
				e.keys.Add(k, i)
				b.key(p, k)
			}
		case byKeyword:
			for _, k := range rules[i].Keywords {
				e.keywords.Add(k, i)
			}
		case byShape:
			b.shapes = append(b.shapes, p.shape)
			e.shaped = append(e.shaped, int32(i))
		case bySlow:
			e.slow = append(e.slow, i)
		}
		if p.hasKeywords() {
			b.keywords(p)
		}
	}
	for _, cue := range structure.Cues() {
		b.add(cue, trigger{kind: cues})
	}
	for _, r := range wideFolds {
		b.add(r, trigger{kind: widens})
	}
	e.literals, e.triggers, e.length = prefilter.NewLiterals(b.list), b.triggers, b.lengths()
	e.shapes = prefilter.NewShapes(b.shapes)
	e.idle = make(chan *scanner, runtime.GOMAXPROCS(0)+1)
	return e, nil
}

func (e *Engine) scanner() *scanner {
	select {
	case s := <-e.idle:
		return s
	default:
		return newScanner(e)
	}
}

func (e *Engine) release(s *scanner) {
	select {
	case e.idle <- s:
	default:
	}
}

// Len is the number of rules.
func (e *Engine) Len() int { return len(e.plans) }

// All is the set of every rule.
func (e *Engine) All() Set {
	s := NewSet(len(e.plans))
	for i := range e.plans {
		s.Add(i)
	}
	return s
}

// Plan tells in words how a rule's candidates are found and what that costs.
type Plan struct {
	Lane string
	// Literals are what triggers the rule, folded to lower case.
	Literals []string
	// Min and Max bound a match in bytes; Max is -1 where there is no bound.
	Min, Max int
}

// Plan describes rule i.
func (e *Engine) Plan(i int) Plan {
	p := e.plans[i]
	out := Plan{Lane: p.lane.String(), Min: p.min, Max: p.max}
	if out.Max >= unbounded {
		out.Max = -1
	}
	switch p.lane {
	case byLiteral:
		out.Literals = p.need.literals
	case byKeyword:
		out.Literals = p.words
	}
	return out
}

// builder gathers the literals of all rules, each once.
type builder struct {
	list     []string
	index    map[string]int
	triggers [][]trigger
	shapes   []prefilter.Shape
}

func newBuilder() *builder { return &builder{index: map[string]int{}} }

func (b *builder) add(literal string, t trigger) {
	i, ok := b.index[literal]
	if !ok {
		i = len(b.list)
		b.index[literal] = i
		b.list = append(b.list, literal)
		b.triggers = append(b.triggers, nil)
	}
	for _, have := range b.triggers[i] {
		if have == t {
			return
		}
	}
	b.triggers[i] = append(b.triggers[i], t)
}

// literals adds the pattern's own. A hit is known by its end, so the range of
// starts is widened by the literals' different lengths: then ranges come in order
// and no start is passed over (see scanner.try).
func (b *builder) literals(p *plan) {
	shortest, most := unbounded, 0
	for _, lit := range p.need.literals {
		shortest, most = min(shortest, len(lit)), max(most, len(lit))
	}
	for _, lit := range p.need.literals {
		b.add(lit, trigger{
			rule: int32(p.index),
			lo:   -int32(addLen(p.need.max, most)),
			hi:   -int32(p.need.min + shortest),
		})
	}
}

// keywords adds the mandatory keywords. For a rule that its own literal finds
// they only say that a key may be near.
func (b *builder) keywords(p *plan) {
	reach := 0
	for _, w := range p.words {
		reach = max(reach, len(w))
	}
	for _, w := range p.words {
		t := trigger{rule: int32(p.index), kind: followsWord, lo: 0, hi: int32(keywordReach + reach)}
		if p.lane != byKeyword {
			t = trigger{rule: int32(p.index), kind: namesKey}
		}
		b.add(fold(rarestWord(w)), t)
	}
}

// key adds the word that tells a key rule's key.
func (b *builder) key(p *plan, sequence string) {
	b.add(fold(rarestWord(sequence)), trigger{rule: int32(p.index), kind: namesKey})
}

// rarestWord picks the one word of a sequence that says most: the separators
// between the words are not known.
func rarestWord(sequence string) string {
	best := ""
	for _, w := range strings.FieldsFunc(sequence, func(r rune) bool { return strings.ContainsRune(" ._-", r) }) {
		if (required{literals: []string{w}}).score() > (required{literals: []string{best}}).score() || best == "" {
			best = w
		}
	}
	return best
}

func (b *builder) lengths() []int32 {
	out := make([]int32, len(b.list))
	for i, lit := range b.list {
		out[i] = int32(len(lit))
	}
	return out
}
