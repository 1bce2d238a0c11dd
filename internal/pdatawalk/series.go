package pdatawalk

import (
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"hash"
	"math"
	"slices"
	"strings"
	"sync"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/airtight-telemetry/airtight/internal/field"
)

// SeriesAttribute carries the discriminator of a metric's attribute set that has
// no mask it could stand behind.
const SeriesAttribute = "airtight.series"

// discriminatorMark stands between a mask and the discriminator.
const discriminatorMark = "#"

// discriminatorLen is in base32 characters, 50 bits: among 100,000 series whose
// masked sets are equal, two share a discriminator with a chance of 1 in 200,000.
const discriminatorLen = 10

// seriesEdits is what has to be done beside a gate's edits so that series stay
// distinct.
type seriesEdits struct {
	// texts replaces the Text of edits, by their index.
	texts map[int]string
	// bare are the attribute sets that get SeriesAttribute.
	bare []bareRoot
}

type bareRoot struct {
	group         uint32
	discriminator string
}

// entryID is an entry at the top level of an attribute set.
type entryID struct{ group, index uint32 }

// discriminate finds the sets that are part of a series' identity and that the
// edits, not yet applied, may make equal to another.
func (w *walker) discriminate(edits []field.Edit) (out seriesEdits) {
	out.texts = map[int]string{}
	lossy := map[uint32]bool{} // root group -> has a carrier
	gone := map[entryID]bool{}
	for i, e := range edits {
		l := w.locations[e.Ref>>1]
		if l.group&ownerBit != 0 {
			if s, ok := w.scopeText(l); ok && lossyEdit(e) {
				d := discriminator(func(h hash.Hash) { writeString(h, s) })
				if text, ok := behindMask(e.Text, d); ok {
					out.texts[i] = text
				} else {
					out.texts[i] = e.Text + discriminatorMark + d
				}
			}
			continue
		}
		if root := w.groups[l.group].root; w.groups[root].identity {
			if lossyEdit(e) {
				lossy[root] = false
			}
			if e.Op == field.DropField && l.group == root {
				gone[entryID{root, l.index}] = true
			}
		}
	}
	for i, e := range edits {
		l := w.locations[e.Ref>>1]
		if l.group&ownerBit != 0 || gone[entryID{l.group, l.index}] {
			continue
		}
		carried, ok := lossy[l.group] // only a set's top level carries
		if !ok || carried || !lossyEdit(e) || e.Op != field.Replace && e.Op != field.Tombstone {
			continue
		}
		if text, ok := behindMask(e.Text, discriminatorOfSet(w.groups[l.group].entries)); ok {
			out.texts[i] = text
			lossy[l.group] = true
		}
	}
	for root, carried := range lossy {
		if !carried {
			out.bare = append(out.bare, bareRoot{root, discriminatorOfSet(w.groups[root].entries)})
		}
	}
	return out
}

func lossyEdit(e field.Edit) bool { return !e.Distinct || e.Op != field.Replace }

// scopeText is the scope's name or version, if that is what l stands for.
func (w *walker) scopeText(l location) (string, bool) {
	o := w.owners[l.group&^ownerBit]
	if o.kind != ownScope {
		return "", false
	}
	switch sc := w.tree.scope(o.i, o.j); field.Part(l.index) {
	case field.ScopeName:
		return sc.Name(), true
	case field.ScopeVersion:
		return sc.Version(), true
	}
	return "", false
}

// behindMask puts d behind the first bracketed mask or tombstone of text. Inside
// the text of a JSON string that is still one.
func behindMask(text, d string) (string, bool) {
	for _, open := range [...]string{"[redacted:", "[airtight: "} {
		if from := strings.Index(text, open); from >= 0 {
			if end := strings.IndexByte(text[from:], ']'); end >= 0 {
				end += from + 1
				return text[:end] + discriminatorMark + d + text[end:], true
			}
		}
	}
	return text, false
}

// seriesKey is drawn once per process: a discriminator is worth nothing to who
// wants to guess the value behind it.
var seriesKey = sync.OnceValue(func() []byte {
	key := make([]byte, 32)
	rand.Read(key)
	return key
})

func discriminator(write func(hash.Hash)) string {
	h := hmac.New(sha256.New, seriesKey())
	write(h)
	return strings.ToLower(base32.StdEncoding.EncodeToString(h.Sum(nil)))[:discriminatorLen]
}

func discriminatorOfValue(v pcommon.Value) string {
	return discriminator(func(h hash.Hash) { writeValue(h, v) })
}

// discriminatorOfSet does not depend on the order of the attributes.
func discriminatorOfSet(m pcommon.Map) string {
	type entry struct {
		key   string
		value pcommon.Value
	}
	entries := make([]entry, 0, m.Len())
	for k, v := range m.All() {
		entries = append(entries, entry{k, v})
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return cmp.Compare(a.key, b.key) })
	return discriminator(func(h hash.Hash) {
		for _, e := range entries {
			writeString(h, e.key)
			writeValue(h, e.value)
		}
	})
}

// writeValue writes v so that different values write different bytes. It does
// not recurse, for the sake of values nested too deep.
func writeValue(h hash.Hash, v pcommon.Value) {
	type node struct {
		key   string
		keyed bool
		value pcommon.Value
	}
	for todo := []node{{value: v}}; len(todo) > 0; {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if n.keyed {
			writeString(h, n.key)
		}
		t := n.value.Type()
		h.Write([]byte{byte(t)})
		switch t {
		case pcommon.ValueTypeStr:
			writeString(h, n.value.Str())
		case pcommon.ValueTypeInt:
			writeUint64(h, uint64(n.value.Int()))
		case pcommon.ValueTypeDouble:
			writeUint64(h, math.Float64bits(n.value.Double()))
		case pcommon.ValueTypeBool:
			b := byte(0)
			if n.value.Bool() {
				b = 1
			}
			h.Write([]byte{b})
		case pcommon.ValueTypeBytes:
			writeString(h, string(n.value.Bytes().AsRaw()))
		case pcommon.ValueTypeMap:
			m := n.value.Map()
			writeUint64(h, uint64(m.Len()))
			for k, v := range m.All() {
				todo = append(todo, node{k, true, v})
			}
		case pcommon.ValueTypeSlice:
			s := n.value.Slice()
			writeUint64(h, uint64(s.Len()))
			for _, v := range s.All() {
				todo = append(todo, node{value: v})
			}
		}
	}
}

func writeString(h hash.Hash, s string) {
	writeUint64(h, uint64(len(s)))
	h.Write([]byte(s))
}

func writeUint64(h hash.Hash, n uint64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], n)
	h.Write(b[:])
}
