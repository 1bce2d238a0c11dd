package policy

import (
	"strings"
	"sync"
	"sync/atomic"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// Verdict is what a policy says of a field before its value is looked at.
type Verdict uint8

// The verdicts.
const (
	Examine Verdict = iota // by the rules in Scope.Want
	Drop                   // the field goes: fields.drop
	MaskAll                // the whole value is masked: fields.mask
	Remove                 // the field goes, not being among fields.only
	Leave                  // examined by the rules in Scope.LeaveWant only: fields.leave
	// LeaveShape: left as it is, unscanned, while Decision.Shape holds for the
	// value, else examined: the ids of the never-scan table.
	LeaveShape
)

var verdicts = [...]string{"examine", "drop", "mask", "remove", "leave", "leave_shape"}

// String is the verdict as explanations name it.
func (v Verdict) String() string { return verdicts[v] }

// Decision is what a policy says of a place.
type Decision struct {
	Verdict Verdict
	// Shape is set for LeaveShape. It is safe for concurrent use.
	Shape func(value string) bool
}

// fieldLists are the field lists of one scope, ready to ask.
type fieldLists struct {
	drop, only paths
	mask       rule.KeySet
	// maskExact holds the mask entries too long for a KeySet.
	maskExact map[string]bool
	leave     map[string]bool
	// shapes is nil where the telemetry pack is off.
	shapes *neverScan
	empty  bool

	cache cache
}

func newFieldLists(f Fields, shapes *neverScan) *fieldLists {
	l := &fieldLists{drop: newPaths(f.Drop), only: newPaths(f.Only), maskExact: map[string]bool{}, leave: map[string]bool{}, shapes: shapes}
	for _, m := range f.Mask {
		if !l.mask.Add(m, 0) {
			l.maskExact[m] = true
		}
	}
	for _, p := range f.Leave {
		l.leave[p] = true
	}
	l.empty = l.drop.empty() && l.only.empty() && len(f.Mask) == 0 && len(f.Leave) == 0
	return l
}

// place answers for values and for keys. A key stands for its whole field: where
// the field goes, the key's decision says so too, since a field whose value is a
// boolean, empty or a map has no other slot. Otherwise a key is examined.
func (l *fieldLists) place(p field.Place, k field.Kind) Decision {
	if p.Path == "" {
		return Decision{}
	}
	if l.empty {
		if k == field.Key || l.shapes == nil {
			return Decision{}
		}
		return l.shapes.decide(p.Path)
	}
	key := cacheKey{path: p.Path, last: len(p.Key), attribute: p.Part.IsAttribute(), key: k == field.Key}
	if d, ok := l.cache.get(key); ok {
		return d
	}
	d := l.decide(p.Path, p.Key, key.attribute, key.key)
	l.cache.put(key, d)
	return d
}

func (l *fieldLists) decide(path, last string, attribute, isKey bool) Decision {
	switch {
	case l.drop.holds(path, last):
		return Decision{Verdict: Drop}
	case l.masks(path):
		if isKey {
			return Decision{}
		}
		return Decision{Verdict: MaskAll}
	case attribute && !l.only.empty() && !l.only.holds(path, last) && !(isKey && l.only.parents[path]):
		return Decision{Verdict: Remove}
	case isKey:
		return Decision{}
	case l.leave[path]:
		return Decision{Verdict: Leave}
	case l.shapes != nil:
		return l.shapes.decide(path)
	}
	return Decision{}
}

// masks reports whether the words of a path hold an entry of fields.mask. All of
// the path counts, so that a map under a masked key is masked with all it holds.
func (l *fieldLists) masks(path string) bool {
	return l.mask.Contains(path) || l.maskExact[path]
}

// cache remembers decisions by place. Reading takes no lock and allocates
// nothing; it holds a bounded number of entries of bounded size, however hostile
// the keys are.
type cache struct {
	read atomic.Pointer[map[cacheKey]Decision]

	mu      sync.Mutex
	pending map[cacheKey]Decision
}

type cacheKey struct {
	path           string
	last           int // length of the last key
	attribute, key bool
}

const (
	cacheEntries = 4096
	cachePath    = 256
)

func (c *cache) get(k cacheKey) (Decision, bool) {
	m := c.read.Load()
	if m == nil {
		return Decision{}, false
	}
	d, ok := (*m)[k]
	return d, ok
}

// put collects new entries and publishes them together once they are a tenth of
// what is there, so that copying costs a constant for each. A full cache starts
// anew: keys that still matter come back at once.
func (c *cache) put(k cacheKey, d Decision) {
	if len(k.path) > cachePath {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.pending[k]; ok {
		return
	}
	if c.pending == nil {
		c.pending = map[cacheKey]Decision{}
	}
	k.path = strings.Clone(k.path) // the caller's is only borrowed
	c.pending[k] = d
	var old map[cacheKey]Decision
	if m := c.read.Load(); m != nil {
		old = *m
	}
	if len(c.pending) < 1+len(old)/10 {
		return
	}
	fresh := c.pending
	if len(old)+len(fresh) <= cacheEntries {
		fresh = make(map[cacheKey]Decision, len(old)+len(c.pending))
		for k, d := range old {
			fresh[k] = d
		}
		for k, d := range c.pending {
			fresh[k] = d
		}
	}
	c.pending = nil
	c.read.Store(&fresh)
}
