package prefilter

import "math/bits"

// Literals finds every occurrence of many literals. Upper and lower case ASCII letters
// count as equal. A literal may end only where its last four bytes, hashed, are set in
// a table of bits: a backend marks those places, many at a time, and only what stands
// there is compared. Shorter literals have tables of their own. (The idea is that of
// Rabin and Karp, "Efficient randomized pattern-matching algorithms", IBM Journal of
// Research and Development 31(2), 1987, with one hash for all literals.) It is
// immutable and safe for concurrent use.
type Literals struct {
	literals []string // folded
	tables   tables
	heads    [1 << headBits]int32 // by hash: the first of tails, from 1 on
	tails    []tail               // by literal
}

// tail is the end of a literal.
type tail struct {
	window uint32 // its last bytes, at most four, in the high ones; what is left is zero
	next   int32  // another tail of the same hash, from 1 on
}

// Hit is one occurrence of literal Lit, whose last byte is at End-1.
type Hit struct {
	Lit int32
	End int32
}

const headBits = 12

// Fold maps an upper case ASCII letter to lower case, and nothing else.
func Fold(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}

// NewLiterals compiles the literals; a literal's index is its Hit.Lit. Empty
// literals never occur.
func NewLiterals(literals []string) *Literals {
	l := &Literals{literals: make([]string, len(literals)), tails: make([]tail, len(literals))}
	for i, lit := range literals {
		folded := []byte(lit)
		for j := range folded {
			folded[j] = Fold(folded[j])
		}
		l.literals[i] = string(folded)
		if lit == "" {
			continue
		}
		w := uint32(0)
		for _, b := range folded {
			w = shift(w, b)
		}
		l.tables.set(w, len(lit))
		head := &l.heads[w*multiplier>>(32-headBits)]
		l.tails[i], *head = tail{w, *head}, int32(i+1)
	}
	return l
}

// Find appends the hits whose End lies after from to dst, in order of End, until the
// text ends or dst holds limit hits or a few more. It returns where to go on from.
func (l *Literals) Find(dst []Hit, s *Scratch, text string, from, limit int) ([]Hit, int) {
	for from < len(text) {
		n := s.load(text, from)
		s.mark(&l.tables, n)
		for block := 0; block*64 < n; block++ {
			for m := s.marks[block]; m != 0; m &= m - 1 {
				dst = l.at(dst, s, text, from, block*64+bits.TrailingZeros64(m))
			}
			if len(dst) >= limit {
				return dst, min(len(text), from+(block+1)*64)
			}
		}
		from += n
	}
	return dst, len(text)
}

// at appends the hits that end behind the byte at i of the segment that starts at from.
func (l *Literals) at(dst []Hit, s *Scratch, text string, from, i int) []Hit {
	w, end := s.window(i), from+i+1
	four, three, two := l.tables.look(w)
	if four {
		dst = l.ending(dst, w, text, end)
	}
	if three {
		dst = l.ending(dst, w&^0xff, text, end)
	}
	if two {
		dst = l.ending(dst, w&^0xffff, text, end)
		dst = l.ending(dst, w&^0xffffff, text, end)
	}
	return dst
}

// ending appends the literals whose tail is w and that end at end.
func (l *Literals) ending(dst []Hit, w uint32, text string, end int) []Hit {
	for n := l.heads[w*multiplier>>(32-headBits)]; n != 0; {
		t := &l.tails[n-1]
		if t.window == w && l.endsAt(n-1, text, end) {
			dst = append(dst, Hit{n - 1, int32(end)})
		}
		n = t.next
	}
	return dst
}

// endsAt reports whether a literal ends at end.
func (l *Literals) endsAt(n int32, text string, end int) bool {
	lit := l.literals[n]
	if len(lit) > end {
		return false
	}
	for i, b := range []byte(text[end-len(lit) : end]) {
		if Fold(b) != lit[i] {
			return false
		}
	}
	return true
}
