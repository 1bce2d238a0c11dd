package detect

import (
	"errors"
	"runtime"

	"github.com/airtight-telemetry/airtight/internal/prefilter"
	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/structure"
)

// Engine is a set of rules ready to run. It is immutable and safe for concurrent
// use.
type Engine struct {
	plans    []*plan
	keys     rule.KeySet // the keys of the lane byKey
	heads    rule.KeySet // those of them that a key begins with
	keywords rule.KeySet // the keywords of the lane byKeyword

	literals *prefilter.Literals
	triggers [][]trigger // by literal
	length   []int32     // of each literal
	rests    []sequence
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
	edges  edges
	lo, hi int32 // where a match may start, counted from the literal's end
	rest   int32 // in Engine.rests, what else must stand around the literal; 0 is nothing
}

// edges says at which ends a literal must be the edge of a word.
type edges uint8

const (
	leftEdge edges = 1 << iota
	rightEdge
)

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
				sequence, begins := rule.Beginning(k)
				if begins {
					e.heads.Add(sequence, i)
				} else {
					e.keys.Add(sequence, i)
				}
				b.key(p, sequence)
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
	e.literals, e.triggers, e.length, e.rests = prefilter.NewLiterals(b.list), b.triggers, b.lengths(), b.rests
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

// Trim gives up the scratch of past scans: after many rules were tried for once, as
// a self-test does, most of it will not be needed again.
func (e *Engine) Trim() {
	for {
		select {
		case <-e.idle:
		default:
			return
		}
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
	rests    []sequence // the first is empty
	restAt   map[sequence]int32
	shapes   []prefilter.Shape
}

func newBuilder() *builder {
	return &builder{index: map[string]int{}, rests: make([]sequence, 1), restAt: map[sequence]int32{{}: 0}}
}

// rest is where a sequence's rest stands in the list.
func (b *builder) rest(q sequence) int32 {
	at, ok := b.restAt[q]
	if !ok {
		at = int32(len(b.rests))
		b.rests = append(b.rests, q)
		b.restAt[q] = at
	}
	return at
}

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
		word, at, rest := tellingWord(w)
		t := trigger{rule: int32(p.index), kind: followsWord, edges: at, rest: b.rest(rest), hi: int32(keywordReach + reach)}
		if p.lane != byKeyword {
			t.kind, t.hi = namesKey, 0
		}
		b.add(word, t)
	}
}

// key adds the word that tells a key rule's key.
func (b *builder) key(p *plan, sequence string) {
	word, at, rest := tellingWord(sequence)
	b.add(word, trigger{rule: int32(p.index), kind: namesKey, edges: at, rest: b.rest(rest)})
}

func (b *builder) lengths() []int32 {
	out := make([]int32, len(b.list))
	for i, lit := range b.list {
		out[i] = int32(len(lit))
	}
	return out
}
