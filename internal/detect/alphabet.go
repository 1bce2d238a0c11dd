package detect

import (
	"regexp/syntax"
	"slices"
	"unicode"
	"unicode/utf8"
)

// alphabet sorts all runes into the classes that a program can't tell apart, so
// that its automaton needs a column a class instead of one a rune.
type alphabet struct {
	ascii  [utf8.RuneSelf]uint8
	bounds []rune // class i holds bounds[i-1] up to but not including bounds[i]
	size   int    // the classes and one for the end of the text, the last
}

// maxClasses keeps a class in one byte. A pattern with more, such as one that
// names many scripts, runs without an automaton.
const maxClasses = 200

func newAlphabet(prog *syntax.Prog) (alphabet, bool) {
	bounds := []rune{0, '\n', '\n' + 1}
	for _, r := range []rune{'0', 'A', '_', 'a'} {
		bounds = append(bounds, r)
	}
	for _, r := range []rune{'9', 'Z', '_', 'z'} {
		bounds = append(bounds, r+1)
	}
	seen := map[*rune]bool{} // a repetition is many instructions that share their runes
	for i := range prog.Inst {
		inst := &prog.Inst[i]
		if len(inst.Rune) > 0 && !seen[&inst.Rune[0]] {
			seen[&inst.Rune[0]] = true
			bounds = appendBounds(bounds, inst)
		}
	}
	slices.Sort(bounds)
	a := alphabet{bounds: slices.Clone(slices.Compact(bounds)[1:])}
	a.size = len(a.bounds) + 2
	if a.size > maxClasses {
		return a, false
	}
	for r := range rune(utf8.RuneSelf) {
		a.ascii[r] = uint8(a.find(r))
	}
	return a, true
}

func appendBounds(bounds []rune, inst *syntax.Inst) []rune {
	switch inst.Op {
	case syntax.InstRune, syntax.InstRune1:
	case syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		return bounds
	default:
		return bounds
	}
	if len(inst.Rune) == 1 {
		r := inst.Rune[0]
		bounds = append(bounds, r, r+1)
		if syntax.Flags(inst.Arg)&syntax.FoldCase != 0 {
			for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
				bounds = append(bounds, f, f+1)
			}
		}
		return bounds
	}
	for i := 0; i+1 < len(inst.Rune); i += 2 {
		bounds = append(bounds, inst.Rune[i], inst.Rune[i+1]+1)
	}
	return bounds
}

// find is the class of a rune.
func (a *alphabet) find(r rune) int {
	i, exact := slices.BinarySearch(a.bounds, r)
	if exact {
		i++
	}
	return i
}

// end is the class of the end of the text.
func (a *alphabet) end() int { return a.size - 1 }

// sample is a rune of a class, or -1 for the end of the text.
func (a *alphabet) sample(class int) rune {
	switch class {
	case a.end():
		return -1
	case 0:
		return 0
	}
	return a.bounds[class-1]
}
