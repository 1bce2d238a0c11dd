package detect

import "unicode/utf8"

// find is machine.find by the automaton where that can answer: it turns most
// candidates down, and tells where a match ends; the start is then found by trying
// the few places it may be, and the value, where the pattern names one, by the
// machine from that start alone.
func (s *scanner) find(rule int, text string, lo, hi int) (f found, ok bool, steps int) {
	defer func() { s.work += steps }()
	p := s.e.plans[rule].program
	d := s.dfas[rule]
	if d == nil {
		if d = newDFA(p, &s.room); d == nil {
			return s.machine.find(p, text, lo, hi)
		}
		s.dfas[rule] = d
	}
	end, ok, done, steps := d.run(text, lo, hi)
	if !done {
		s.clearAutomata()
		return s.machine.find(p, text, lo, hi)
	}
	if !ok {
		return found{}, false, steps
	}
	start := lo
	if hi > lo {
		var tried int
		start, tried = s.start(d, text, lo, hi, startTries*(end-lo)+startBase)
		steps += tried
		if start < 0 {
			f, ok, tried = s.machine.find(p, text, lo, hi)
			return f, ok, steps + tried
		}
	}
	f = found{start, end, -1, -1}
	if p.value != noGroup {
		var tried int
		f, ok, tried = s.machine.find(p, text, start, start)
		steps += tried
	}
	return f, ok, steps
}

// What looking for a match's start by tries may cost, in steps for each byte up to
// its end. Beyond it the machine finds the start in one pass.
const startTries, startBase = 4, 256

// start is the first place from lo on where a match starts, or -1 when finding it
// takes more than budget steps.
func (s *scanner) start(d *dfa, text string, lo, hi, budget int) (start, steps int) {
	for at := lo; at <= hi && steps <= budget; {
		_, ok, done, n := d.run(text, at, at)
		steps += n
		if !done {
			return -1, steps
		}
		if ok {
			return at, steps
		}
		_, width := utf8.DecodeRuneInString(text[at:])
		at += max(1, width)
	}
	return -1, steps
}

func (s *scanner) clearAutomata() {
	for _, d := range s.dfas {
		if d != nil {
			d.clear()
		}
	}
}
