package prefilter

import "encoding/binary"

// A window is the four bytes up to a place in the text, the last one in the high bits,
// folded by setting one bit: that joins upper and lower case, and some marks that are
// told apart later.
const foldBit = 0x20

func shift(w uint32, b byte) uint32 { return w>>8 | uint32(b|foldBit)<<24 }

// multiplier spreads a window's bits into the high ones (Knuth, The Art of Computer
// Programming, volume 3, section 6.4: multiplicative hashing by the golden ratio).
const multiplier = 0x9E3779B1

const (
	longBits  = 16
	shortBits = 14
)

// tables have a bit set for the hash of every window in which a literal may end: of
// four bytes for literals as long as that, of three, and of two for those of two bytes
// and, with each byte that may stand before, of one. The layout is known to the
// assembly.
type tables struct {
	four  [1 << longBits / 32]uint32
	three [1 << shortBits / 32]uint32
	two   [1 << 16 / 32]uint32
}

func setBit(table []uint32, h uint32)        { table[h/32] |= 1 << (h % 32) }
func hasBit(table []uint32, h uint32) uint32 { return table[h/32] >> (h % 32) }

func (t *tables) set(w uint32, length int) {
	switch length {
	case 1:
		for before := range 256 {
			setBit(t.two[:], w>>16&0xff00|uint32(before|foldBit))
		}
	case 2:
		setBit(t.two[:], w>>16)
	case 3:
		setBit(t.three[:], w>>8*multiplier>>(32-shortBits))
	default:
		setBit(t.four[:], w*multiplier>>(32-longBits))
	}
}

// look reports which tables have the window's hash.
func (t *tables) look(w uint32) (four, three, two bool) {
	return hasBit(t.four[:], w*multiplier>>(32-longBits))&1 != 0,
		hasBit(t.three[:], w>>8*multiplier>>(32-shortBits))&1 != 0,
		hasBit(t.two[:], w>>16)&1 != 0
}

// segment is how many bytes of a text are looked at in one go.
const segment = 4096

// Scratch is the room that a search needs. It belongs to one goroutine.
type Scratch struct {
	// text is a segment, with the three bytes before it, and room for a backend to
	// read past its end.
	text  [lead + segment + slack]byte
	marks [segment / 64]uint64
}

const (
	lead  = 3
	slack = 32
)

// load copies the segment that starts at from and returns its length. What stands
// before a text is zero.
func (s *Scratch) load(text string, from int) int {
	n := min(segment, len(text)-from)
	if from >= lead {
		copy(s.text[:], text[from-lead:from+n])
	} else {
		clear(s.text[:lead])
		copy(s.text[lead-from:], text[:from+n])
	}
	clear(s.text[lead+n : lead+n+slack])
	return n
}

// window is the window that ends with byte i of the segment.
func (s *Scratch) window(i int) uint32 {
	return binary.LittleEndian.Uint32(s.text[i:]) | foldBit*0x01010101
}

// mark sets the bits of the places among the first n of the segment at which a literal
// may end.
func (s *Scratch) mark(t *tables, n int) {
	clear(s.marks[:(n+63)/64])
	inUse.mark(s, t, n)
	if rest := n % 64; rest != 0 {
		s.marks[n/64] &= 1<<rest - 1
	}
}

// markPortable is the backend that every machine has.
func markPortable(s *Scratch, t *tables, n int) {
	for block := 0; block*64 < n; block++ {
		from := block * 64
		w := s.window(from) << 8
		m := uint64(0)
		for i, b := range s.text[from+lead : from+lead+min(64, n-from)] {
			w = shift(w, b)
			hit := hasBit(t.four[:], w*multiplier>>(32-longBits)) |
				hasBit(t.three[:], (w>>8)*multiplier>>(32-shortBits)) |
				hasBit(t.two[:], w>>16)
			m |= uint64(hit&1) << i
		}
		s.marks[block] = m
	}
}
