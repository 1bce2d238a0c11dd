package detect

import (
	"hash/maphash"
	"math/bits"
	"strings"
)

// cleanTexts remembers short texts in which nothing was found: telemetry repeats
// its keys, methods, routes and names in every record. An entry is the exact text
// under the exact key for the exact set of rules, so that a collision costs a scan
// and never a leak. It belongs to one scanner and goes with its engine, so a reload
// forgets it, and it is bounded: cleanEntries texts of at most maxClean bytes each.
//
// A text is let in when it comes a second time: ids come once, and storing each
// would cost more than it saves.
type cleanTexts struct {
	seed    maphash.Seed
	entries [cleanEntries]cleanText
	seen    [cleanEntries]uint32
}

type cleanText struct {
	text, key string
	want      *uint64
	mask      Masker
}

const (
	cleanEntries = 2048
	maxClean     = 64
)

// slot is where a text stands, if it is there. known says that it is.
func (c *cleanTexts) slot(t *Text) (at int, hash uint32, known bool) {
	h := maphash.String(c.seed, t.Text) ^ bits.RotateLeft64(maphash.String(c.seed, t.Key), 31)
	at = int(h % cleanEntries)
	e := &c.entries[at]
	return at, uint32(h >> 32), e.text == t.Text && e.key == t.Key && e.want == &t.Want[0] && e.mask == t.Mask
}

// note tells that nothing was found in a text.
func (c *cleanTexts) note(t *Text, at int, hash uint32) {
	if c.seen[at] != hash {
		c.seen[at] = hash
		return
	}
	c.entries[at] = cleanText{strings.Clone(t.Text), strings.Clone(t.Key), &t.Want[0], t.Mask}
}

// short reports whether a text may be remembered: what is found in it depends on
// nothing but the text, its key and the rules.
func short(t *Text) bool {
	return len(t.Text) <= maxClean && len(t.Key) <= maxClean && len(t.Want) > 0 && t.Known == nil && !t.Continued
}
