// Package prefilter looks for many literals and shapes at once. It says where a
// rule might hold; whether it does is detect's business. What it reports is
// complete: no occurrence is left out.
package prefilter

// Literals finds every occurrence of many literals in one pass. Upper and lower
// case ASCII letters count as equal. It is an Aho-Corasick automaton unrolled
// into a table (Aho and Corasick, "Efficient string matching", CACM 18(6), 1975),
// so that a byte costs one lookup however many literals there are. It is
// immutable and safe for concurrent use.
type Literals struct {
	class [256]uint8 // folded byte -> column
	shift uint       // a row has 1<<shift columns
	next  []uint32   // row of the next state, by row|column
	out   []span32   // by state: its literals in flat
	flat  []int32
	most  int // the most literals that end at one byte
}

type span32 struct{ from, to int32 }

// Hit is one occurrence of literal Lit, whose last byte is at End-1.
type Hit struct {
	Lit int32
	End int32
}

// State is where a scan stands; the zero State is its start.
type State uint32

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
	l := &Literals{}
	columns := 1
	for _, lit := range literals {
		for i := range len(lit) {
			if b := Fold(lit[i]); l.class[b] == 0 {
				l.class[b] = uint8(columns)
				columns++
			}
		}
	}
	for b := byte('A'); b <= 'Z'; b++ {
		l.class[b] = l.class[Fold(b)]
	}
	for 1<<l.shift < columns {
		l.shift++
	}
	t := newTrie(literals, &l.class)
	l.link(t)
	return l
}

// trie is the automaton before it is unrolled.
type trie struct {
	child []map[uint8]int32
	ends  [][]int32
}

func newTrie(literals []string, class *[256]uint8) *trie {
	t := &trie{child: []map[uint8]int32{{}}, ends: make([][]int32, 1)}
	for i, lit := range literals {
		if lit == "" {
			continue
		}
		s := int32(0)
		for j := range len(lit) {
			c := class[Fold(lit[j])]
			n, ok := t.child[s][c]
			if !ok {
				n = int32(len(t.child))
				t.child = append(t.child, map[uint8]int32{})
				t.ends = append(t.ends, nil)
				t.child[s][c] = n
			}
			s = n
		}
		t.ends[s] = append(t.ends[s], int32(i))
	}
	return t
}

// link walks the trie breadth first, so that every state's failure state is
// finished before it.
func (l *Literals) link(t *trie) {
	n := len(t.child)
	width := 1 << l.shift
	l.next = make([]uint32, n*width)
	l.out = make([]span32, n)
	fail := make([]int32, n)
	queue := make([]int32, 0, n)
	queue = append(queue, 0)
	ends := t.ends
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		if s != 0 {
			ends[s] = append(ends[s], ends[fail[s]]...)
		}
		for c := range width {
			at := int(s)*width + c
			child, ok := t.child[s][uint8(c)]
			switch {
			case ok:
				l.next[at] = uint32(child) << l.shift
				if s != 0 {
					fail[child] = int32(l.next[int(fail[s])*width+c] >> l.shift)
				}
				queue = append(queue, child)
			case s != 0:
				l.next[at] = l.next[int(fail[s])*width+c]
			}
		}
		from := int32(len(l.flat))
		l.flat = append(l.flat, ends[s]...)
		l.out[s] = span32{from, int32(len(l.flat))}
		l.most = max(l.most, len(ends[s]))
	}
}

// Find appends the hits of text[from:] to dst, in order of End, until the text
// ends or dst holds limit hits or a few more. It returns where to go on from: a
// scan is resumed with the State and offset it returned.
func (l *Literals) Find(dst []Hit, text string, from int, state State, limit int) ([]Hit, int, State) {
	row := uint32(state)
	shift := l.shift
	for i := from; i < len(text); i++ {
		row = l.next[row|uint32(l.class[text[i]])]
		if o := l.out[row>>shift]; o.from != o.to {
			for _, lit := range l.flat[o.from:o.to] {
				dst = append(dst, Hit{lit, int32(i + 1)})
			}
			if len(dst) >= limit {
				return dst, i + 1, State(row)
			}
		}
	}
	return dst, len(text), State(row)
}
