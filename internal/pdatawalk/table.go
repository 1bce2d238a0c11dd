package pdatawalk

import (
	"sync"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/airtight-telemetry/airtight/internal/field"
)

// tree is one batch of one signal: it knows the shape of its messages.
type tree interface {
	// admit brings everything the batch holds where collect comes by.
	admit()
	// hasReserved reports whether something stands elsewhere still.
	hasReserved() bool
	// clear removes everything.
	clear()
	// collect visits every text of the batch. It numbers resources, scopes,
	// metrics and items depth first, an order that prune repeats.
	collect(*walker)
	// prune removes what is marked as dropped, and what thereby became empty.
	prune(*walker)
	// scrub leaves no text but tombstones and returns the number of items.
	scrub() int

	resource(i uint32) pcommon.Resource
	scope(i, j uint32) pcommon.InstrumentationScope
	// setField writes a string field that is no attribute. part says which.
	setField(o owner, part field.Part, text string)
}

type logsTree struct {
	plog.Logs
	probe plog.ResourceLogs
}

type tracesTree struct {
	ptrace.Traces
	probe ptrace.ResourceSpans
}

type metricsTree struct {
	pmetric.Metrics
	probe pmetric.ResourceMetrics
}

// location is where a slot's text lives. A slot's Ref is twice the index of its
// location, plus one for the key of a map entry: entry and key share one.
type location struct {
	value pcommon.Value // unset for fields that are no value
	// group indexes walker.groups, or walker.owners if ownerBit is set.
	group uint32
	// index is the position in the group; in an owner it names the field.
	index uint32
}

const ownerBit = 1 << 31

// group is a map or an array.
type group struct {
	entries  pcommon.Map
	elements pcommon.Slice
	isArray  bool
	// identity is set for attributes that are part of what a metric series is.
	identity bool
	record   uint32
	// root is the outermost map or array around the group, possibly itself.
	root uint32
	// entities is one more than the index of the resource whose attributes these
	// are, if that resource has entity references.
	entities uint32
}

// owner is a message with string fields, by its position in the batch. Positions
// stay right until prune, which comes last.
type owner struct {
	kind           ownerKind
	record         uint32
	i, j, k, inner uint32
}

type ownerKind uint8

const (
	ownResource ownerKind = iota
	ownScope
	ownItem // log record, span or metric
	ownInner
	ownEntity
)

// The fields of an entity reference, as a location's index. Keys come after, id
// keys at even and description keys at odd numbers.
const (
	entitySchemaURL = iota
	entityType
	entityKeys
)

// mark is what is known about one record.
type mark uint8

const (
	item mark = 1 << iota // a log record, span or data point
	masked
	tombstoned
	dropped
)

// walker is the scratch of one walk.
type walker struct {
	gate        Gate
	signal      field.Signal
	tree        tree
	maxDepth    int
	dropTooDeep bool
	stats       Stats

	logs    logsTree
	traces  tracesTree
	metrics metricsTree

	locations []location
	groups    []group
	owners    []owner
	marks     []mark
	scope     uint32 // the record of the scope the walk is in, or 0
	attrs     []field.Attr
	// arena holds the texts that pdata has not: numbers and paths. Strings cut
	// from it stay good when it grows, since it is only appended to.
	arena []byte

	changes  []change
	entities entityEdits
}

var pool = sync.Pool{New: func() any { return new(walker) }}

func borrow() *walker { return pool.Get().(*walker) }

// keep bounds, in elements, what a pooled walker holds on to: one huge batch
// must not pin its tables for the life of the process.
const keep = 1 << 18

func (w *walker) giveBack() {
	w.gate, w.tree = nil, nil
	w.logs, w.traces, w.metrics = logsTree{}, tracesTree{}, metricsTree{}
	w.stats = Stats{}
	w.entities = entityEdits{}
	w.locations = recycle(w.locations)
	w.groups = recycle(w.groups)
	w.owners = recycle(w.owners)
	w.marks = recycle(w.marks)
	w.attrs = recycle(w.attrs)
	w.changes = recycle(w.changes)
	if cap(w.arena) > 4*keep {
		w.arena = nil
	}
	w.arena = w.arena[:0]
	pool.Put(w)
}

// recycle empties s and lets go of what its elements point to.
func recycle[E any](s []E) []E {
	if cap(s) > keep {
		return nil
	}
	clear(s)
	return s[:0]
}

// newRecord numbers what a policy can drop whole.
func (w *walker) newRecord(m mark) uint32 {
	w.marks = append(w.marks, m)
	return uint32(len(w.marks) - 1)
}

func (w *walker) newOwner(o owner) uint32 {
	w.owners = append(w.owners, o)
	return uint32(len(w.owners)-1) | ownerBit
}

func (w *walker) newGroup(g group) uint32 {
	w.groups = append(w.groups, g)
	return uint32(len(w.groups) - 1)
}

func (w *walker) newLocation(l location) uint32 {
	w.locations = append(w.locations, l)
	return uint32(len(w.locations) - 1)
}

// record is the number of what the location belongs to.
func (w *walker) record(l location) uint32 {
	if l.group&ownerBit != 0 {
		return w.owners[l.group&^ownerBit].record
	}
	return w.groups[l.group].record
}
