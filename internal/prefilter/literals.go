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
	width uint32     // columns of a row
	next  []uint32   // where the next state's row starts, by row+column; ends marks a state with literals
	out   []span32   // by state: its literals in flat
	flat  []int32
}

// ends marks, in an entry of the table, a state at which literals end.
const ends = 1 << 31

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
	l.width = uint32(columns)
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
	n, width := len(t.child), int(l.width)
	l.next = make([]uint32, n*width)
	l.out = make([]span32, n)
	fail := make([]int32, n)
	queue := make([]int32, 1, n)
	for at := 0; at < len(queue); at++ {
		s := queue[at]
		from := int32(len(l.flat))
		l.flat = append(l.flat, t.ends[s]...)
		if s != 0 {
			inherited := l.out[fail[s]]
			l.flat = append(l.flat, l.flat[inherited.from:inherited.to]...)
		}
		l.out[s] = span32{from, int32(len(l.flat))}
		row, back := l.next[int(s)*width:][:width], l.next[int(fail[s])*width:][:width]
		if s != 0 {
			copy(row, back)
		}
		for c, child := range t.child[s] {
			if s != 0 {
				fail[child] = int32(back[c] / l.width)
			}
			row[c] = uint32(child) * l.width
			queue = append(queue, child)
		}
	}
	for i, row := range l.next {
		if o := l.out[row/l.width]; o.from != o.to {
			l.next[i] |= ends
		}
	}
}

// Find appends the hits of text[from:] to dst, in order of End, until the text
// ends or dst holds limit hits or a few more. It returns where to go on from: a
// scan is resumed with the State and offset it returned.
func (l *Literals) Find(dst []Hit, text string, from int, state State, limit int) ([]Hit, int, State) {
	row := uint32(state)
	for i := from; i < len(text); i++ {
		row = l.next[row+uint32(l.class[text[i]])]
		if row&ends == 0 {
			continue
		}
		row &^= ends
		o := l.out[row/l.width]
		for _, lit := range l.flat[o.from:o.to] {
			dst = append(dst, Hit{lit, int32(i + 1)})
		}
		if len(dst) >= limit {
			return dst, i + 1, State(row)
		}
	}
	return dst, len(text), State(row)
}
