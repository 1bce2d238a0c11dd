package detect

import (
	"encoding/binary"
	"regexp/syntax"
	"unicode/utf8"
)

// dfa is a program's automaton, built while it runs: a state is the ordered list
// of threads that the machine would hold, so that its answers are the machine's
// (Cox, "Regular Expression Matching in the Wild", 2010, has the idea; classes of
// runes instead of bytes of UTF-8 are ours). It finds ends, not captures. It
// belongs to one goroutine.
type dfa struct {
	p      *program
	abc    alphabet
	states []dfaState
	index  map[string]int32
	next   []int32 // by state and class: the state after, and whether a match ends before; 0 is unknown
	start  [2 * numFlags]int32

	room *int // bytes left for all automata of a scanner
	used int

	set   sparse
	list  []uint32
	here  []uint32
	stack []uint32
	key   []byte
}

// dfaState is a list of threads. Its instructions are followed as far as no
// assertion stands in the way.
type dfaState struct {
	list    []uint32
	before  uint8 // what stood before, if the program asks
	search  bool  // a thread is added at every position, with the least priority
	without int32 // the state without search; 0 is unknown
}

// What stands before a position.
const (
	beforeOther = iota
	beforeText
	beforeLine
	beforeWord
	numFlags
)

const (
	dead      = 0 // the state in which nothing can match
	matchBit  = 1
	knownBit  = 2
	stateBits = 2
)

// automataRoom bounds the bytes that the automata of one scanner take together.
// When they are full they are thrown away, and the search at hand goes to the
// machine.
const automataRoom = 16 << 20

// newDFA returns nil for a program whose alphabet is too large.
func newDFA(p *program, room *int) *dfa {
	abc, ok := p.alphabet()
	if !ok {
		return nil
	}
	d := &dfa{p: p, abc: abc, room: room}
	d.set.grow(len(p.prog.Inst))
	d.clear()
	return d
}

func (d *dfa) clear() {
	d.states = append(d.states[:0], dfaState{})
	d.index = map[string]int32{}
	*d.room += d.used
	d.used = 0
	d.next = append(d.next[:0], make([]int32, d.abc.size)...)
	clear(d.start[:])
}

// run searches for a match that starts at lo to hi. end is where the leftmost
// match ends, by the priorities of the pattern. done is false if the automaton
// grew too large: then nothing is known.
func (d *dfa) run(text string, lo, hi int) (end int, ok, done bool, steps int) {
	state := d.begin(text, lo, hi > lo)
	size := d.abc.size
	for at := lo; ; {
		class, width := d.abc.end(), 0
		if at < len(text) {
			if b := text[at]; b < utf8.RuneSelf {
				class, width = int(d.abc.ascii[b]), 1
			} else {
				var r rune
				r, width = utf8.DecodeRuneInString(text[at:])
				class = d.abc.find(r)
			}
		}
		t := d.next[int(state)*size+class]
		if t == 0 {
			if *d.room < 0 {
				return 0, false, false, at - lo
			}
			t = d.step(state, class)
		}
		if t&matchBit != 0 {
			end, ok = at, true
		}
		state = t >> stateBits
		if state == dead || width == 0 {
			return end, ok, true, at - lo + 1
		}
		at += width
		if at > hi && d.states[state].search {
			if state = d.withoutSearch(state); state == dead {
				return end, ok, true, at - lo
			}
		}
	}
}

// begin is the state before the first step.
func (d *dfa) begin(text string, at int, search bool) int32 {
	before := uint8(beforeText)
	if at > 0 {
		r, _ := utf8.DecodeLastRuneInString(text[:at])
		before = flagOf(r)
	}
	if !d.p.asserts {
		before = beforeOther
	}
	slot := int(before) * 2
	if search {
		slot++
	}
	if d.start[slot] == 0 {
		d.set.clear()
		d.list = d.list[:0]
		if !search {
			d.follow(uint32(d.p.prog.Start), nil)
		}
		d.start[slot] = d.intern(before, search)
	}
	return d.start[slot]
}

func flagOf(r rune) uint8 {
	switch {
	case r == '\n':
		return beforeLine
	case syntax.IsWordChar(r):
		return beforeWord
	}
	return beforeOther
}

// step finds out where a class leads and notes it.
func (d *dfa) step(from int32, class int) int32 {
	s := &d.states[from]
	r := d.abc.sample(class)
	flags := assertions(s.before, r)
	// What can run here: the threads, assertions resolved, and in a search one more.
	d.set.clear()
	d.list = d.list[:0]
	for _, pc := range s.list {
		d.follow(pc, &flags)
	}
	if s.search {
		d.follow(uint32(d.p.prog.Start), &flags)
	}
	d.here = append(d.here[:0], d.list...)
	search, matched := s.search, false
	d.set.clear()
	d.list = d.list[:0]
	for _, pc := range d.here {
		inst := &d.p.prog.Inst[pc]
		if inst.Op == syntax.InstMatch {
			matched, search = true, false // what follows has a lower priority
			break
		}
		if r >= 0 && inst.MatchRune(r) {
			d.follow(inst.Out, nil)
		}
	}
	before := uint8(beforeOther)
	if d.p.asserts {
		before = flagOf(r)
	}
	to := int32(dead)
	if r >= 0 && (len(d.list) > 0 || search) {
		to = d.intern(before, search)
	}
	t := to<<stateBits | knownBit
	if matched {
		t |= matchBit
	}
	d.next[int(from)*d.abc.size+class] = t
	return t
}

func assertions(before uint8, r rune) syntax.EmptyOp {
	b := [numFlags]rune{beforeOther: ' ', beforeText: -1, beforeLine: '\n', beforeWord: 'a'}[before]
	return syntax.EmptyOpContext(b, r)
}

// follow adds the threads that pc leads to without reading, in order. Assertions
// are resolved by flags, or kept where flags is nil.
func (d *dfa) follow(pc uint32, flags *syntax.EmptyOp) {
	d.stack = append(d.stack[:0], pc)
	for len(d.stack) > 0 {
		pc := d.stack[len(d.stack)-1]
		d.stack = d.stack[:len(d.stack)-1]
		if !d.set.add(pc) {
			continue
		}
		inst := &d.p.prog.Inst[pc]
		switch inst.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			d.stack = append(d.stack, inst.Arg, inst.Out)
		case syntax.InstNop, syntax.InstCapture:
			d.stack = append(d.stack, inst.Out)
		case syntax.InstEmptyWidth:
			switch {
			case flags == nil:
				d.list = append(d.list, pc)
			case syntax.EmptyOp(inst.Arg)&^*flags == 0:
				d.stack = append(d.stack, inst.Out)
			}
		case syntax.InstFail:
		default:
			d.list = append(d.list, pc)
		}
	}
}

// intern is the number of the state whose threads are in list.
func (d *dfa) intern(before uint8, search bool) int32 {
	d.key = append(d.key[:0], before)
	if search {
		d.key[0] |= 1 << 7
	}
	for _, pc := range d.list {
		d.key = binary.AppendUvarint(d.key, uint64(pc))
	}
	if id, ok := d.index[string(d.key)]; ok {
		return id
	}
	id := int32(len(d.states))
	d.states = append(d.states, dfaState{list: append([]uint32(nil), d.list...), before: before, search: search})
	d.next = append(d.next, make([]int32, d.abc.size)...)
	d.index[string(d.key)] = id
	size := 4*d.abc.size + 4*len(d.list) + len(d.key) + stateOverhead
	d.used += size
	*d.room -= size
	return id
}

// stateOverhead is about what a state takes in maps and headers, in bytes.
const stateOverhead = 128

// withoutSearch is the same state with no thread to be added.
func (d *dfa) withoutSearch(state int32) int32 {
	s := &d.states[state]
	if len(s.list) == 0 {
		return dead
	}
	if s.without == 0 {
		d.list = append(d.list[:0], s.list...)
		id := d.intern(s.before, false)
		d.states[state].without = id
		return id
	}
	return s.without
}

// sparse is a set of small numbers that is emptied in no time (Briggs and
// Torczon, "An Efficient Representation for Sparse Sets", 1993).
type sparse struct{ at, in []uint32 }

func (s *sparse) grow(n int) {
	if len(s.at) < n {
		s.at = make([]uint32, n)
	}
}

func (s *sparse) clear() { s.in = s.in[:0] }

// add puts n in and reports whether it was not there.
func (s *sparse) add(n uint32) bool {
	if i := s.at[n]; int(i) < len(s.in) && s.in[i] == n {
		return false
	}
	s.at[n] = uint32(len(s.in))
	s.in = append(s.in, n)
	return true
}
