package prefilter

// Window is how many leading bytes of a match a shape looks at.
const Window = 12

// Before says what may stand before a match.
type Before uint8

// What may stand before a match: anything, or no word byte.
const (
	AnyBefore Before = iota
	NoWordBefore
)

// ByteSet is a set of byte values.
type ByteSet [4]uint64

// Add puts b in.
func (s *ByteSet) Add(b byte) { s[b>>6] |= 1 << (b & 63) }

// AddRange puts lo to hi in, both included.
func (s *ByteSet) AddRange(lo, hi byte) {
	for b := int(lo); b <= int(hi); b++ {
		s.Add(byte(b))
	}
}

// Has reports whether b is in.
func (s *ByteSet) Has(b byte) bool { return s[b>>6]&(1<<(b&63)) != 0 }

// Len is the number of bytes in the set.
func (s *ByteSet) Len() int {
	n := 0
	for b := range 256 {
		if s.Has(byte(b)) {
			n++
		}
	}
	return n
}

// Shape is what the first bytes of every match look like.
type Shape struct {
	Before Before
	// Bytes[i] are the bytes that may stand at offset i. A match shorter than the
	// window leaves the rest nil: anything, or the end of the text.
	Bytes []ByteSet
}

// Shapes finds every position where one of many shapes may start. Each shape is
// one bit; a position costs one AND per byte until no bit is left (the idea is
// that of Shift-And, Baeza-Yates and Gonnet, CACM 35(10), 1992, read forward). It
// is immutable and safe for concurrent use.
type Shapes struct {
	groups []shapeGroup
	n      int
}

type shapeGroup struct {
	at       [Window][256]uint64
	past     [Window]uint64 // the shapes that the text may end before this offset
	afterAny uint64         // the shapes that may follow a word byte
}

// NewShapes compiles the shapes; a shape's index is the bit order of Find.
func NewShapes(shapes []Shape) *Shapes {
	s := &Shapes{n: len(shapes)}
	for i, shape := range shapes {
		if i%64 == 0 {
			s.groups = append(s.groups, shapeGroup{})
		}
		g := &s.groups[i/64]
		bit := uint64(1) << (i % 64)
		if shape.Before == AnyBefore {
			g.afterAny |= bit
		}
		for k := range Window {
			if k >= len(shape.Bytes) {
				g.past[k] |= bit
			}
			for b := range 256 {
				if k >= len(shape.Bytes) || shape.Bytes[k].Has(byte(b)) {
					g.at[k][b] |= bit
				}
			}
		}
	}
	return s
}

// Place is a position where the shapes whose bits are set in Mask may start;
// bit i of group Group is shape 64*Group+i.
type Place struct {
	Pos   int32
	Group int32
	Mask  uint64
}

var wordByte = func() (w [256]bool) {
	for b := range 256 {
		w[b] = 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || b == '_'
	}
	return w
}()

// Mask is the set of shapes, a bit for each, in groups of 64.
func (s *Shapes) Mask(wanted func(shape int) bool) []uint64 {
	mask := make([]uint64, len(s.groups))
	for i := range s.n {
		if wanted(i) {
			mask[i/64] |= 1 << (i % 64)
		}
	}
	return mask
}

// Find appends the places of text[from:] where one of the shapes in mask may start to
// dst, in order, until the text ends or dst holds limit places or a few more, and
// returns where to go on from.
func (s *Shapes) Find(dst []Place, text string, from, limit int, mask []uint64) ([]Place, int) {
	if len(s.groups) == 1 {
		g := &s.groups[0]
		for len(dst) < limit {
			at, m := g.next(text, from, mask[0])
			if m == 0 {
				return dst, len(text)
			}
			dst = append(dst, Place{int32(at), 0, m})
			from = at + 1
		}
		return dst, from
	}
	for i := from; i < len(text); i++ {
		for gi := range s.groups {
			if m := s.groups[gi].match(text, i, mask[gi]); m != 0 {
				dst = append(dst, Place{int32(i), int32(gi), m})
			}
		}
		if len(dst) >= limit {
			return dst, i + 1
		}
	}
	return dst, len(text)
}

// next is the first place from i on where shapes of the mask may start, and which.
// The set is empty at the end of the text.
func (g *shapeGroup) next(text string, i int, mask uint64) (int, uint64) {
	if mask == 0 {
		return len(text), 0
	}
	for ; i+3 < len(text); i++ {
		// Four independent loads turn most places away without a branch for each.
		if g.at[0][text[i]]&g.at[1][text[i+1]]&g.at[2][text[i+2]]&g.at[3][text[i+3]]&mask != 0 {
			if m := g.match(text, i, mask); m != 0 {
				return i, m
			}
		}
	}
	for ; i < len(text); i++ {
		if m := g.match(text, i, mask); m != 0 {
			return i, m
		}
	}
	return i, 0
}

// match is the set of shapes in mask that may start at i.
func (g *shapeGroup) match(text string, i int, mask uint64) uint64 {
	m := g.at[0][text[i]] & mask
	if i > 0 && wordByte[text[i-1]] {
		m &= g.afterAny
	}
	for k := 1; m != 0 && k < Window; k++ {
		if i+k < len(text) {
			m &= g.at[k][text[i+k]]
		} else {
			m &= g.past[k]
		}
	}
	return m
}
