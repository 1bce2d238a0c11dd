package pdatawalk

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
	"unsafe"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/xpdata/entity"

	"github.com/airtight-telemetry/airtight/internal/field"
)

const (
	// maxPath is how much of a path, in bytes, is built above a key: it keeps
	// hostile nesting from costing the square of its size.
	maxPath = 256
	pathCut = "…"

	// maxMessages is how many protobuf messages may stand inside one another
	// from a value downwards. Decoders refuse 100 (pdata, and the default of the
	// C++ and Java libraries); a value itself stands at most 9 deep, in an exemplar
	// wrapped once more by a persistent queue. A map costs three messages a level
	// (KeyValueList, KeyValue, AnyValue), an array two (ArrayValue, AnyValue).
	maxMessages     = 90
	messagesPerMap  = 3
	messagesPerList = 2
)

// at is where the walk stands inside a value or an attribute set.
type at struct {
	part   field.Part
	record uint32
	root   uint32
	key    string
	path   string
	// keyed says that path has at least one key, be it empty.
	keyed bool
	// level counts the maps and arrays around, messages what they cost on the wire.
	level    int
	messages int
}

// noRoot says that nothing encloses the value.
const noRoot = math.MaxUint32

func (w *walker) add(ref uint32, a at, kind field.Kind, text string) {
	w.stats.Bytes += int64(len(text))
	w.gate.Add(field.Slot{
		Ref:    ref,
		Record: a.record,
		Place:  field.Place{Signal: w.signal, Part: a.part, Key: a.key, Path: a.path},
		Kind:   kind,
		Scope:  w.scope,
		Text:   text,
	})
}

// text visits a string field that is no value.
func (w *walker) text(ownerID uint32, part field.Part, s string) {
	if s == "" {
		return
	}
	o := w.owners[ownerID&^ownerBit]
	if !utf8.ValidString(s) {
		s = w.repair(s)
		w.tree.setField(o, part, s)
	}
	n := w.newLocation(location{group: ownerID, index: uint32(part)})
	w.add(2*n, at{part: part, record: o.record}, field.String, s)
}

func (w *walker) repair(s string) string {
	w.stats.Repaired++
	return strings.ToValidUTF8(s, string(utf8.RuneError))
}

// resource announces a resource to the gate and visits its own texts. It returns
// the resource's number.
func (w *walker) resource(i int, res pcommon.Resource, schemaURL string) uint32 {
	r := w.newRecord(0)
	w.scope = 0
	m := res.Attributes()
	w.repairKeys(m)
	w.attrs = w.attrs[:0]
	for k, v := range m.All() {
		if v.Type() != pcommon.ValueTypeStr {
			continue
		}
		s := v.Str()
		if !utf8.ValidString(s) {
			s = w.repair(s)
			v.SetStr(s)
		}
		w.attrs = append(w.attrs, field.Attr{Key: k, Value: s})
	}
	w.gate.Resource(field.Resource{Signal: w.signal, Attrs: w.attrs})

	w.text(w.newOwner(owner{kind: ownResource, record: r, i: uint32(i)}), field.SchemaURL, schemaURL)
	refs := entity.ResourceEntityRefs(res)
	g := w.attributes(m, field.ResourceAttribute, r)
	if g != noRoot && refs.Len() > 0 {
		w.groups[g].entities = uint32(i) + 1
	}
	for n := range refs.Len() {
		w.entity(owner{kind: ownEntity, record: r, i: uint32(i), inner: uint32(n)}, refs.At(n))
	}
	return r
}

func (w *walker) entity(o owner, ref entity.EntityRef) {
	id := w.newOwner(o)
	if s := ref.SchemaUrl(); s != "" {
		if !utf8.ValidString(s) {
			s = w.repair(s)
			ref.SetSchemaUrl(s)
		}
		w.entityText(id, o, entitySchemaURL, field.String, s)
	}
	if s := ref.Type(); s != "" {
		if !utf8.ValidString(s) {
			s = w.repair(s)
			ref.SetType(s)
		}
		w.entityText(id, o, entityType, field.String, s)
	}
	for odd, keys := range [2]pcommon.StringSlice{ref.IdKeys(), ref.DescriptionKeys()} {
		for i := range keys.Len() {
			s := keys.At(i)
			if s == "" {
				continue
			}
			if !utf8.ValidString(s) {
				s = w.repair(s)
				keys.SetAt(i, s)
			}
			w.entityText(id, o, entityKeys+uint32(2*i+odd), field.Key, s)
		}
	}
}

func (w *walker) entityText(id uint32, o owner, index uint32, kind field.Kind, s string) {
	n := w.newLocation(location{group: id, index: index})
	a := at{part: field.EntityRef, record: o.record}
	if kind == field.Key {
		a.key, a.path = s, s
	}
	w.add(2*n, a, kind, s)
}

// scopeOf visits the texts of an instrumentation scope and returns its number.
func (w *walker) scopeOf(i, j int, sc pcommon.InstrumentationScope, schemaURL string) uint32 {
	r := w.newRecord(0)
	w.scope = r
	id := w.newOwner(owner{kind: ownScope, record: r, i: uint32(i), j: uint32(j)})
	w.text(id, field.ScopeName, sc.Name())
	w.text(id, field.ScopeVersion, sc.Version())
	w.text(id, field.SchemaURL, schemaURL)
	w.attributes(sc.Attributes(), field.ScopeAttribute, r)
	return r
}

// attributes visits a set of attributes and returns its group, or noRoot if the
// set is empty.
func (w *walker) attributes(m pcommon.Map, part field.Part, record uint32) uint32 {
	if m.Len() == 0 {
		return noRoot
	}
	return w.entries(m, at{part: part, record: record, root: noRoot})
}

// body visits a log record's body.
func (w *walker) body(ownerID uint32, v pcommon.Value) {
	if v.Type() == pcommon.ValueTypeEmpty {
		return
	}
	n := w.newLocation(location{value: v, group: ownerID, index: uint32(field.Body)})
	w.value(n, v, at{part: field.Body, record: w.owners[ownerID&^ownerBit].record, root: noRoot})
}

func (w *walker) entries(m pcommon.Map, a at) uint32 {
	w.repairKeys(m)
	g := w.newGroup(group{entries: m, record: a.record, root: a.root})
	if a.root == noRoot {
		a.root = g
		w.groups[g].root = g
		w.groups[g].identity = w.signal == field.Metrics && isIdentity(a.part)
	}
	parent, keyed := a.path, a.keyed
	a.keyed = true
	var i uint32
	for k, v := range m.All() {
		a.key, a.path = k, k
		if keyed {
			a.path = w.joinPath(parent, k)
		}
		n := w.newLocation(location{value: v, group: g, index: i})
		w.add(2*n+1, a, field.Key, k)
		w.value(n, v, a)
		i++
	}
	return g
}

func (w *walker) elements(s pcommon.Slice, a at) {
	g := w.newGroup(group{elements: s, isArray: true, record: a.record, root: a.root})
	if a.root == noRoot {
		a.root = g
		w.groups[g].root = g
	}
	for i := range s.Len() {
		v := s.At(i)
		n := w.newLocation(location{value: v, group: g, index: uint32(i)})
		w.value(n, v, a)
	}
}

// value visits one value, of which location n is already known.
func (w *walker) value(n uint32, v pcommon.Value, a at) {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		s := v.Str()
		if s == "" {
			return
		}
		if !utf8.ValidString(s) {
			s = w.repair(s)
			v.SetStr(s)
		}
		w.add(2*n, a, field.String, s)
	case pcommon.ValueTypeInt:
		from := len(w.arena)
		w.arena = strconv.AppendInt(w.arena, v.Int(), 10)
		w.add(2*n, a, field.Number, w.fromArena(from))
	case pcommon.ValueTypeDouble:
		from := len(w.arena)
		w.arena = appendDouble(w.arena, v.Double())
		w.add(2*n, a, field.Number, w.fromArena(from))
	case pcommon.ValueTypeBytes:
		// pdata gives bytes away only as a copy, which is ours to show as a string.
		if raw := v.Bytes().AsRaw(); len(raw) > 0 {
			w.add(2*n, a, field.Bytes, unsafe.String(&raw[0], len(raw)))
		}
	case pcommon.ValueTypeMap:
		a.level++
		a.messages += messagesPerMap
		switch m := v.Map(); {
		case w.tooDeep(a):
			w.entomb(v, a)
		case m.Len() > 0:
			w.entries(m, a)
		}
	case pcommon.ValueTypeSlice:
		a.level++
		a.messages += messagesPerList
		switch s := v.Slice(); {
		case w.tooDeep(a):
			w.entomb(v, a)
		case s.Len() > 0:
			w.elements(s, a)
		}
	}
}

func (w *walker) tooDeep(a at) bool { return a.level > w.maxDepth || a.messages > maxMessages }

// entomb replaces a value that nests too deep. Nothing here recurses: JSON
// decoders hand over nesting of any depth.
func (w *walker) entomb(v pcommon.Value, a at) {
	text := field.ReasonDepth.TombstoneText()
	if a.root != noRoot && w.groups[a.root].identity {
		text += discriminatorMark + discriminatorOfValue(v)
	}
	w.stats.TooDeep++
	w.stats.TooDeepBytes += textBytes(v)
	w.marks[a.record] |= tombstoned
	if w.dropTooDeep {
		w.marks[a.record] |= dropped
	}
	v.SetStr(text)
}

// textBytes is the length of all keys, strings and bytes of v.
func textBytes(v pcommon.Value) (n int64) {
	for todo := []pcommon.Value{v}; len(todo) > 0; {
		v := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		switch v.Type() {
		case pcommon.ValueTypeStr:
			n += int64(len(v.Str()))
		case pcommon.ValueTypeBytes:
			n += int64(v.Bytes().Len())
		case pcommon.ValueTypeMap:
			for k, v := range v.Map().All() {
				n += int64(len(k))
				todo = append(todo, v)
			}
		case pcommon.ValueTypeSlice:
			for _, v := range v.Slice().All() {
				todo = append(todo, v)
			}
		}
	}
	return n
}

// repairKeys replaces invalid UTF-8 in the keys of m.
func (w *walker) repairKeys(m pcommon.Map) {
	var invalid []change
	var i uint32
	for k := range m.All() {
		if !utf8.ValidString(k) {
			invalid = append(invalid, change{index: i, rename: true, key: w.repair(k)})
		}
		i++
	}
	if invalid != nil {
		rewriteEntries(m, invalid, nil)
	}
}

func (w *walker) fromArena(from int) string {
	return unsafe.String(&w.arena[from], len(w.arena)-from)
}

func (w *walker) joinPath(parent, key string) string {
	from := len(w.arena)
	if len(parent) > maxPath {
		n := maxPath
		for !utf8.RuneStart(parent[n]) {
			n--
		}
		w.arena = append(w.arena, parent[:n]...)
		w.arena = append(w.arena, pathCut...)
	} else {
		w.arena = append(w.arena, parent...)
	}
	w.arena = append(w.arena, '.')
	w.arena = append(w.arena, key...)
	return w.fromArena(from)
}

// appendDouble writes f as a person would: digits alone where f is a whole
// number, so that a card number sent as a double is seen as one.
func appendDouble(dst []byte, f float64) []byte {
	if f == math.Trunc(f) && math.Abs(f) < 1e21 {
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	}
	return strconv.AppendFloat(dst, f, 'g', -1, 64)
}

func isIdentity(p field.Part) bool {
	return p == field.Attribute || p == field.ResourceAttribute || p == field.ScopeAttribute
}
