package detect

import (
	"regexp/syntax"

	"github.com/airtight-telemetry/airtight/internal/prefilter"
)

// optionalHead reports whether a pattern begins with a choice between nothing, under
// whatever assertion, and something that ends in one of a few bytes, as in
// (?:\b|\x1b\[[0-9;]*m)ghp_: then the rest of the pattern stands at the match's start,
// unless one of those bytes stands before it.
func optionalHead(re *syntax.Regexp) (rest *syntax.Regexp, ends *prefilter.ByteSet, ok bool) {
	if re.Op != syntax.OpConcat || len(re.Sub) < 2 || re.Sub[0].Op != syntax.OpAlternate {
		return nil, nil, false
	}
	ends = new(prefilter.ByteSet)
	empty := false
	for _, choice := range re.Sub[0].Sub {
		switch {
		case isEmpty(choice):
			empty = true
		case !lastByte(choice, ends):
			return nil, nil, false
		}
	}
	rest = &syntax.Regexp{Op: syntax.OpConcat, Flags: re.Flags, Sub: re.Sub[1:]}
	return rest, ends, empty
}

func isEmpty(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return true
	}
	return false
}

// lastByte puts the byte that everything re matches ends in into set.
func lastByte(re *syntax.Regexp, set *prefilter.ByteSet) bool {
	switch re.Op {
	case syntax.OpConcat:
		return lastByte(re.Sub[len(re.Sub)-1], set)
	case syntax.OpLiteral:
		if r := re.Rune[len(re.Rune)-1]; r < 0x80 && re.Flags&syntax.FoldCase == 0 {
			set.Add(byte(r))
			return true
		}
	}
	return false
}
