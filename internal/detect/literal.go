package detect

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/airtight-telemetry/airtight/internal/prefilter"
)

// unbounded stands for "no upper bound" in lengths and offsets.
const unbounded = 1 << 30

// maxExact bounds how many strings an exact set may hold before it is given up.
const maxExact = 64

// maxLiteral bounds the length of a literal: longer ones find no fewer false candidates.
const maxLiteral = 24

// required is a set of literals one of which stands in every match, min to max
// bytes after its start. The literals are folded to lower case.
type required struct {
	literals []string
	min, max int
}

// score estimates in bits how rare the rarest-to-be-wrong literal is: the weakest
// member decides how many false candidates the set gives.
func (r required) score() int {
	if len(r.literals) == 0 {
		return 0
	}
	least := unbounded
	for _, lit := range r.literals {
		bits := 0
		for i := range len(lit) {
			bits += rarity(lit[i])
		}
		least = min(least, bits)
	}
	// Many literals give many candidates; a start that is known exactly saves a search.
	for n := len(r.literals); n > 1; n /= 2 {
		least--
	}
	if r.max != r.min {
		least -= 2
	}
	return least
}

// rarity is about -log2 of how often a byte stands in logs, from the rough order
// that every log has: space and vowels common, marks and capitals' folds rarer.
func rarity(b byte) int {
	switch {
	case strings.IndexByte(" etaoinsr0123", b) >= 0:
		return 4
	case 'a' <= b && b <= 'z' || '4' <= b && b <= '9' || strings.IndexByte(".:/-=\",[]()", b) >= 0:
		return 5
	case b == '@' || b == '^':
		return 12
	}
	return 8
}

// enough is the score below which a literal set is not worth having: two common
// letters stand in every second line.
const enough = 8

// nodeInfo is what is known of one node of a pattern's syntax tree.
type nodeInfo struct {
	min, max int      // bytes of a match
	exact    []string // all strings it can match, folded; nil when unknown or too many
	prefix   []string // what every match starts with, folded; nil when unknown or too many
	best     required // the best literal set inside, relative to the node's start
}

// requiredOf walks the pattern's tree and returns the best required set and the
// bounds of a match's length in bytes.
func requiredOf(re *syntax.Regexp) (best required, minLen, maxLen int) {
	n := walk(re)
	if n.exact != nil {
		n.best = better(n.best, required{n.exact, 0, 0})
	}
	return n.best, n.min, n.max
}

func walk(re *syntax.Regexp) nodeInfo {
	n := walkOp(re)
	if n.exact != nil {
		n.prefix = n.exact
	}
	return n
}

func walkOp(re *syntax.Regexp) nodeInfo {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText,
		syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return nodeInfo{exact: []string{""}}
	case syntax.OpLiteral:
		return literalInfo(re)
	case syntax.OpCharClass:
		return classInfo(re)
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return nodeInfo{min: 1, max: utf8.UTFMax}
	case syntax.OpCapture:
		return walk(re.Sub[0])
	case syntax.OpConcat:
		return concatInfo(re)
	case syntax.OpAlternate:
		return alternateInfo(re)
	case syntax.OpQuest:
		return alternatives([]nodeInfo{walk(re.Sub[0]), {exact: []string{""}, prefix: []string{""}}})
	case syntax.OpStar:
		return nodeInfo{max: unbounded}
	case syntax.OpPlus:
		n := walk(re.Sub[0])
		return repeated(n, 1, unbounded)
	case syntax.OpRepeat:
		hi := re.Max
		if hi < 0 {
			hi = unbounded
		}
		return repeated(walk(re.Sub[0]), re.Min, hi)
	}
	return nodeInfo{max: unbounded} // OpNoMatch and whatever syntax may grow
}

func literalInfo(re *syntax.Regexp) nodeInfo {
	s := string(re.Rune)
	n := nodeInfo{min: len(s), max: len(s)}
	foldCase := re.Flags&syntax.FoldCase != 0
	for _, r := range re.Rune {
		if r == unicode.ReplacementChar || foldCase && r >= utf8.RuneSelf {
			// An invalid byte decodes to U+FFFD, and a fold may have another length.
			return nodeInfo{min: len(re.Rune), max: len(re.Rune) * utf8.UTFMax}
		}
	}
	n.exact = []string{fold(s)}
	return n
}

func fold(s string) string {
	b := []byte(s)
	for i := range b {
		b[i] = prefilter.Fold(b[i])
	}
	return string(b)
}

func classInfo(re *syntax.Regexp) nodeInfo {
	if len(re.Rune) == 0 {
		return nodeInfo{max: unbounded} // matches nothing
	}
	n := nodeInfo{min: utf8.UTFMax, max: 1}
	count := 0
	for i := 0; i < len(re.Rune); i += 2 {
		lo, hi := re.Rune[i], re.Rune[i+1]
		n.min, n.max = min(n.min, utf8.RuneLen(lo)), max(n.max, utf8.RuneLen(hi))
		if lo <= unicode.ReplacementChar && unicode.ReplacementChar <= hi {
			n.min = 1 // an invalid byte decodes to U+FFFD
			return n
		}
		count += int(hi-lo) + 1
	}
	if count <= 16 {
		for i := 0; i < len(re.Rune); i += 2 {
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				n.exact = append(n.exact, fold(string(r)))
			}
		}
		n.exact = unique(n.exact)
	}
	return n
}

func alternateInfo(re *syntax.Regexp) nodeInfo {
	subs := make([]nodeInfo, len(re.Sub))
	for i, sub := range re.Sub {
		subs[i] = walk(sub)
	}
	return alternatives(subs)
}

func alternatives(subs []nodeInfo) nodeInfo {
	n := nodeInfo{min: unbounded, exact: []string{}, prefix: []string{}}
	all := required{min: unbounded}
	for _, s := range subs {
		if s.prefix == nil || n.prefix == nil || len(n.prefix)+len(s.prefix) > maxExact {
			n.prefix = nil
		} else {
			n.prefix = append(n.prefix, s.prefix...)
		}
		n.min, n.max = min(n.min, s.min), max(n.max, s.max)
		if s.exact == nil || n.exact == nil || len(n.exact)+len(s.exact) > maxExact {
			n.exact = nil
		} else {
			n.exact = append(n.exact, s.exact...)
		}
		best := s.best
		if s.exact != nil {
			best = better(best, required{s.exact, 0, 0})
		}
		if all.max < 0 {
			continue
		}
		all.literals = unique(append(all.literals, best.literals...))
		all.min, all.max = min(all.min, best.min), max(all.max, best.max)
		if best.score() < 1 || len(all.literals) > 2*maxExact {
			all = required{max: -1}
		}
	}
	if all.max >= 0 {
		n.best = all
	}
	n.exact, n.prefix = unique(n.exact), unique(n.prefix)
	return n
}

func repeated(n nodeInfo, lo, hi int) nodeInfo {
	out := nodeInfo{min: clampLen(n.min, lo), max: clampLen(n.max, hi)}
	if lo == 0 {
		return out
	}
	out.best, out.prefix = n.best, n.prefix
	if n.exact == nil {
		return out
	}
	exact := []string{""}
	copies := 0
	for ; copies < lo; copies++ {
		next := cross(exact, n.exact)
		if next == nil || longest(next) > maxLiteral {
			break
		}
		exact = next
	}
	if lo == hi && copies == lo {
		out.exact = exact
	}
	out.best = better(out.best, required{exact, 0, 0})
	return out
}

// concatInfo follows a concatenation and keeps the literals of neighbours joined
// for as long as their product is small.
func concatInfo(re *syntax.Regexp) nodeInfo {
	n := nodeInfo{exact: []string{""}}
	run := required{literals: []string{""}}
	for _, sub := range re.Sub {
		s := walk(sub)
		if s.exact == nil {
			n.best = better(n.best, required{cross(run.literals, s.prefix), run.min, run.max})
			if n.exact != nil {
				n.prefix = extend(n.exact, s.prefix)
			}
		}
		joined := cross(run.literals, s.exact)
		if joined == nil || longest(joined) > maxLiteral {
			n.best = better(n.best, run)
			run = required{literals: s.exact, min: n.min, max: n.max}
			if s.exact == nil {
				run.literals = []string{""}
				run.min, run.max = addLen(n.min, s.min), addLen(n.max, s.max)
			}
		} else {
			run.literals = joined
		}
		if s.best.score() > 0 {
			n.best = better(n.best, required{s.best.literals, addLen(n.min, s.best.min), addLen(n.max, s.best.max)})
		}
		n.exact = cross(n.exact, s.exact)
		n.min, n.max = addLen(n.min, s.min), addLen(n.max, s.max)
	}
	n.best = better(n.best, run)
	return n
}

func better(a, b required) required {
	if slices.Contains(b.literals, "") || b.score() <= a.score() {
		return a
	}
	return b
}

// cross is every a followed by every b, or nil when that is unknown or too many.
func cross(a, b []string) []string {
	if a == nil || b == nil || len(a)*len(b) > maxExact {
		return nil
	}
	out := make([]string, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			out = append(out, x+y)
		}
	}
	return unique(out)
}

// extend is every prefix with what follows it, or the prefixes as they are where
// that would multiply them for little.
func extend(prefix, next []string) []string {
	const few = 4
	if len(next) > few {
		return prefix
	}
	if longer := cross(prefix, next); longer != nil {
		return longer
	}
	return prefix
}

// unique sorts s and leaves out what stands twice; nil stays nil.
func unique(s []string) []string {
	slices.Sort(s)
	return slices.Compact(s)
}

func longest(s []string) int {
	n := 0
	for _, x := range s {
		n = max(n, len(x))
	}
	return n
}

func addLen(a, b int) int { return min(a+b, unbounded) }

func clampLen(n, times int) int {
	if n == 0 || times == 0 {
		return 0
	}
	if n >= unbounded || times >= unbounded/n {
		return unbounded
	}
	return n * times
}
