package detect

import (
	"regexp/syntax"
	"sync"
	"unicode/utf8"
)

// program is a pattern ready to run: Go's own compiled form, of which only the
// group named value is still captured.
type program struct {
	prog     *syntax.Prog
	value    int                     // index of the first of value's two capture slots, or noGroup
	asserts  bool                    // the pattern asks what stands before or after
	alphabet func() (alphabet, bool) // made when first asked for
}

// noGroup is no capture slot, nor the one before slot 0.
const noGroup = -2

func newProgram(re *syntax.Regexp) (*program, error) {
	group := -1
	for i, name := range re.CapNames() {
		if name == "value" {
			group = i
		}
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return nil, err
	}
	p := &program{prog: prog, value: noGroup}
	if group > 0 {
		p.value = 2 * group
	}
	p.alphabet = sync.OnceValues(func() (alphabet, bool) { return newAlphabet(prog) })
	for i := range prog.Inst {
		p.asserts = p.asserts || prog.Inst[i].Op == syntax.InstEmptyWidth
	}
	return p, nil
}

// found is one match: the whole and, where the pattern names it, the value. A
// value of -1 took no part in the match.
type found struct{ start, end, valueStart, valueEnd int }

// machine runs a program over a text: Thompson's simulation in the form of Pike
// (Cox, "Regular Expression Matching: the Virtual Machine Approach", 2009), with
// leftmost-first priorities as in Go's regexp. Its time is linear in the text for
// one search. A machine is reused, and belongs to one goroutine.
type machine struct {
	now, next queue
	stack     []frame
}

type caps struct{ start, valueStart, valueEnd int }

type thread struct {
	pc   uint32
	caps caps
}

// queue is a set of threads in order of priority, emptied in no time as sparse is.
type queue struct {
	sparse []uint32
	dense  []thread
}

func (q *queue) has(pc uint32) bool {
	j := q.sparse[pc]
	return int(j) < len(q.dense) && q.dense[j].pc == pc
}

type frame struct {
	pc   uint32
	caps caps
}

// find searches for the leftmost match that starts at lo to hi, both included.
// What stands before lo is context for ^ and \b. steps is the number of runes
// looked at, the measure of its cost.
func (m *machine) find(p *program, text string, lo, hi int) (f found, ok bool, steps int) {
	n := len(p.prog.Inst)
	if len(m.now.sparse) < n {
		m.now.sparse = make([]uint32, n)
		m.next.sparse = make([]uint32, n)
	}
	m.now.dense, m.next.dense = m.now.dense[:0], m.next.dense[:0]
	before := rune(-1)
	if lo > 0 {
		before, _ = utf8.DecodeLastRuneInString(text[:lo])
	}
	for at := lo; ; {
		r, width := rune(-1), 0
		if at < len(text) {
			if r = rune(text[at]); r < utf8.RuneSelf {
				width = 1
			} else {
				r, width = utf8.DecodeRuneInString(text[at:])
			}
		}
		flags := syntax.EmptyOpContext(before, r)
		if !ok && at <= hi {
			m.add(&m.now, p, uint32(p.prog.Start), caps{at, -1, -1}, at, flags)
		}
		if len(m.now.dense) == 0 && (ok || at >= hi) {
			return f, ok, steps
		}
		steps++
		after := rune(-1)
		if at+width < len(text) {
			after, _ = utf8.DecodeRuneInString(text[at+width:])
		}
		nextFlags := syntax.EmptyOpContext(r, after)
		for _, t := range m.now.dense {
			inst := &p.prog.Inst[t.pc]
			if inst.Op == syntax.InstMatch {
				f, ok = found{t.caps.start, at, t.caps.valueStart, t.caps.valueEnd}, true
				break // what follows has a lower priority
			}
			if width > 0 && inst.MatchRune(r) {
				m.add(&m.next, p, inst.Out, t.caps, at+width, nextFlags)
			}
		}
		if at >= len(text) {
			return f, ok, steps
		}
		m.now, m.next = m.next, m.now
		m.next.dense = m.next.dense[:0]
		before = r
		at += width
	}
}

// add follows the empty transitions from pc and adds the threads they lead to,
// the preferred ones first.
func (m *machine) add(q *queue, p *program, pc uint32, c caps, at int, flags syntax.EmptyOp) {
	m.stack = append(m.stack[:0], frame{pc, c})
	for len(m.stack) > 0 {
		top := m.stack[len(m.stack)-1]
		m.stack = m.stack[:len(m.stack)-1]
		if q.has(top.pc) {
			continue
		}
		inst := &p.prog.Inst[top.pc]
		q.sparse[top.pc] = uint32(len(q.dense))
		q.dense = append(q.dense, thread{top.pc, top.caps})
		switch inst.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			m.stack = append(m.stack, frame{inst.Arg, top.caps}, frame{inst.Out, top.caps})
		case syntax.InstEmptyWidth:
			if syntax.EmptyOp(inst.Arg)&^flags == 0 {
				m.stack = append(m.stack, frame{inst.Out, top.caps})
			}
		case syntax.InstNop:
			m.stack = append(m.stack, frame{inst.Out, top.caps})
		case syntax.InstCapture:
			next := top.caps
			switch int(inst.Arg) {
			case p.value:
				next.valueStart = at
			case p.value + 1:
				next.valueEnd = at
			}
			m.stack = append(m.stack, frame{inst.Out, next})
		}
	}
}
