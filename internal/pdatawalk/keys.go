package pdatawalk

import (
	"strconv"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/xpdata"
	"go.opentelemetry.io/collector/pdata/xpdata/entity"

	"github.com/airtight-telemetry/airtight/internal/field"
)

// fate is what became of a resource attribute's key.
type fate struct {
	key     string
	dropped bool
}

// rewriteEntries drops and renames entries of m. changes is sorted by index.
// Where fates is given, it learns what became of each changed key.
func rewriteEntries(m pcommon.Map, changes []change, fates map[string]fate) {
	renames := false
	for _, c := range changes {
		renames = renames || c.rename
	}
	if !renames {
		var i uint32
		m.RemoveIf(func(k string, _ pcommon.Value) bool {
			c, changed := take(&changes, i)
			i++
			if changed {
				note(fates, k, fate{dropped: true})
			}
			return changed && c.drop
		})
		return
	}

	names := newNames(m, changes)
	var built xpdata.MapBuilder // a Map itself cannot be renamed in, and Put searches it each time
	built.EnsureCapacity(m.Len())
	var i uint32
	for k, v := range m.All() {
		c, changed := take(&changes, i)
		i++
		switch {
		case c.drop:
			note(fates, k, fate{dropped: true})
			continue
		case changed:
			name := names.unique(c.key)
			note(fates, k, fate{key: name})
			k = name
		}
		v.MoveTo(built.AppendEmpty(k))
	}
	built.UnsafeIntoMap(m)
}

// take joins the changes at the head that are of entry i: a drop beats a rename,
// of two renames the later counts.
func take(changes *[]change, i uint32) (c change, ok bool) {
	for len(*changes) > 0 && (*changes)[0].index == i {
		next := (*changes)[0]
		next.drop = next.drop || c.drop
		if !next.rename {
			next.key = c.key
		}
		c, ok = next, true
		*changes = (*changes)[1:]
	}
	return c, ok
}

func note(fates map[string]fate, key string, f fate) {
	if fates == nil {
		return
	}
	if _, known := fates[key]; !known {
		fates[key] = f
	}
}

// names hands out keys that are unique in one map.
type names struct {
	taken map[string]struct{}
	next  map[string]int
}

// newNames takes the keys of m that no change names.
func newNames(m pcommon.Map, changes []change) names {
	n := names{taken: make(map[string]struct{}, m.Len()), next: map[string]int{}}
	var i uint32
	for k := range m.All() {
		if _, changed := take(&changes, i); !changed {
			n.taken[k] = struct{}{}
		}
		i++
	}
	return n
}

func (n names) unique(key string) string {
	name := key
	count := max(n.next[key], 1)
	for {
		if _, exists := n.taken[name]; !exists {
			break
		}
		count++
		name = key + "#" + strconv.Itoa(count)
	}
	n.next[key] = count
	n.taken[name] = struct{}{}
	return name
}

// entityEdits is what is to be done to the key lists of entity references.
type entityEdits struct {
	// renamed is, per resource, what became of its attributes' keys.
	renamed map[uint32]map[string]fate
	// edited is, per resource, the gate's own edits of listed keys.
	edited map[uint32]map[entityKey]fate
}

// entityKey is one key in the lists of a resource's entity references.
type entityKey struct{ ref, index uint32 }

func (e *entityEdits) fates(resource uint32) map[string]fate {
	if e.renamed == nil {
		e.renamed = map[uint32]map[string]fate{}
	}
	m := e.renamed[resource]
	if m == nil {
		m = map[string]fate{}
		e.renamed[resource] = m
	}
	return m
}

func (w *walker) editEntity(o owner, index uint32, op field.Op, text string) {
	ref := entity.ResourceEntityRefs(w.tree.resource(o.i)).At(int(o.inner))
	switch index {
	case entitySchemaURL:
		ref.SetSchemaUrl(text)
		return
	case entityType:
		ref.SetType(text)
		return
	}
	e := &w.entities
	if e.edited == nil {
		e.edited = map[uint32]map[entityKey]fate{}
	}
	if e.edited[o.i] == nil {
		e.edited[o.i] = map[entityKey]fate{}
	}
	e.edited[o.i][entityKey{o.inner, index}] = fate{key: text, dropped: op == field.DropField}
}

// followEntities makes entity references list the keys their resource now has.
// A listed key that names no changed attribute is edited as the gate said.
func (w *walker) followEntities() {
	for i := range w.entities.edited {
		w.entities.fates(i)
	}
	for i, renamed := range w.entities.renamed {
		edited := w.entities.edited[i]
		res := w.tree.resource(i)
		refs := entity.ResourceEntityRefs(res)
		for n := range refs.Len() {
			for odd, keys := range [2]pcommon.StringSlice{refs.At(n).IdKeys(), refs.At(n).DescriptionKeys()} {
				out := make([]string, 0, keys.Len())
				for x, k := range keys.All() {
					f, ok := renamed[k]
					if _, stays := res.Attributes().Get(k); stays || !ok {
						if f, ok = edited[entityKey{uint32(n), entityKeys + uint32(2*x+odd)}]; !ok {
							f = fate{key: k}
						}
					}
					if !f.dropped {
						out = append(out, f.key)
					}
				}
				keys.FromRaw(out)
			}
		}
	}
}
