// Package detect finds what rules describe. It knows what a secret looks like
// and nothing about telemetry.
package detect

// Set is a set of rules by their index in the engine.
type Set []uint64

// NewSet returns an empty set with room for n rules.
func NewSet(n int) Set { return make(Set, (n+63)/64) }

// Add puts rule i in.
func (s Set) Add(i int) { s[i>>6] |= 1 << (i & 63) }

// Has reports whether rule i is in.
func (s Set) Has(i int) bool { return i>>6 < len(s) && s[i>>6]&(1<<(i&63)) != 0 }
