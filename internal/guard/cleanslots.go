package guard

import (
	"hash/maphash"
	"math/bits"
	"strings"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/policy"
)

// cleanSlots remembers short texts in which nothing was found: telemetry repeats its
// keys, methods, routes and names in every record. An entry is the exact text at the
// exact path under the exact policy, so that a collision costs a scan and never a leak.
// It belongs to one session at a time, a reload forgets it, and it is bounded:
// cleanEntries texts and paths of at most maxClean bytes each.
//
// A text is let in when it comes a second time: ids come once, and storing each would
// cost more than it saves.
type cleanSlots struct {
	seed    maphash.Seed
	force   *force
	entries [cleanEntries]cleanSlot
	seen    [cleanEntries]uint32
}

// cleanSlot is what a verdict depends on, and the verdict.
type cleanSlot struct {
	scope      *policy.Scope
	path, text string
	key        int // the length of Place.Key, with which path ends
	part       field.Part
	kind       field.Kind
	verdict    policy.Verdict
}

const (
	cleanEntries = 2048
	maxClean     = 64
)

// cleanAt is where a slot stands in cleanSlots; the zero value is nowhere.
type cleanAt struct {
	at   uint32 // from 1 on
	hash uint32
}

func newCleanSlots() *cleanSlots { return &cleanSlots{seed: maphash.MakeSeed()} }

// under forgets everything when another policy has come into force.
func (c *cleanSlots) under(f *force) {
	if c.force != f {
		*c = cleanSlots{seed: c.seed, force: f}
	}
}

// find says where a slot stands, and whether it is known to be clean, with the policy's
// verdict on its place. A slot whose key stands in a slot before it is never to be
// asked for: its verdict does not follow from itself.
func (c *cleanSlots) find(scope *policy.Scope, f *field.Slot) (at cleanAt, verdict policy.Verdict, known bool) {
	if len(f.Text) > maxClean || len(f.Place.Path) > maxClean {
		return cleanAt{}, 0, false
	}
	h := maphash.String(c.seed, f.Text) ^ bits.RotateLeft64(maphash.String(c.seed, f.Place.Path), 31)
	at = cleanAt{uint32(h%cleanEntries) + 1, uint32(h >> 32)}
	e := &c.entries[at.at-1]
	known = e.text == f.Text && e.path == f.Place.Path && e.scope == scope && e.part == f.Place.Part && e.kind == f.Kind && e.key == len(f.Place.Key)
	return at, e.verdict, known
}

// note tells that nothing was found in a slot.
func (c *cleanSlots) note(at cleanAt, sl *slot) {
	switch {
	case at.at == 0:
	case c.seen[at.at-1] != at.hash:
		c.seen[at.at-1] = at.hash
	default:
		c.entries[at.at-1] = cleanSlot{sl.scope, strings.Clone(sl.Place.Path), strings.Clone(sl.Text), len(sl.Place.Key), sl.Place.Part, sl.Kind, sl.verdict}
	}
}

// noteClean remembers the texts of this batch in which nothing was found.
func (s *Session) noteClean() {
	next := 0
	for t := range s.parts {
		before := next
		for next < len(s.found) && s.found[next].Text == t {
			next++
		}
		if next == before {
			s.memory.note(s.parts[t].clean, &s.slots[s.parts[t].slot])
		}
	}
}
