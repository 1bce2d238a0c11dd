package finding

import (
	"encoding/base64"
	"hash/fnv"
	"math"
	"math/bits"
)

const (
	sketchBits = 8
	sketchSize = 1 << sketchBits
)

// Sketch estimates how many different texts were added to it, in 256 bytes however
// many there are: HyperLogLog (Flajolet, Fusy, Gandouet, Meunier, 2007) with 256
// registers, whose standard error is 6.5 %, and linear counting for few. It is fed
// fingerprints, and holds nothing that leads back to one. The zero value is empty
// and ready.
type Sketch [sketchSize]uint8

// Add counts a text, once however often it is added.
func (s *Sketch) Add(text string) {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text))
	x := mix(h.Sum64())
	register := x >> (64 - sketchBits)
	rank := uint8(bits.LeadingZeros64(x<<sketchBits|1<<(sketchBits-1))) + 1
	s[register] = max(s[register], rank)
}

// mix spreads what FNV leaves in the low bits over all of them: the finalizer of
// MurmurHash3.
func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

// Merge makes s the sketch of what was added to either.
func (s *Sketch) Merge(other *Sketch) {
	for i := range s {
		s[i] = max(s[i], other[i])
	}
}

// Estimate is about how many different texts were added.
func (s *Sketch) Estimate() int {
	sum, zero := 0.0, 0
	for _, r := range s {
		sum += math.Ldexp(1, -int(r))
		if r == 0 {
			zero++
		}
	}
	const m = float64(sketchSize)
	e := 0.7213 / (1 + 1.079/m) * m * m / sum
	if e <= 2.5*m && zero > 0 {
		e = m * math.Log(m/float64(zero))
	}
	return int(math.Round(e))
}

// String is the sketch in base64.
func (s *Sketch) String() string { return base64.StdEncoding.EncodeToString(s[:]) }

// ParseSketch reads what String wrote; anything else is an empty sketch.
func ParseSketch(text string) (s Sketch) {
	if b, err := base64.StdEncoding.DecodeString(text); err == nil && len(b) == len(s) {
		copy(s[:], b)
	}
	return s
}
