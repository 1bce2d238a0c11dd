package pdatawalk

import (
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/airtight-telemetry/airtight/internal/field"
)

// Gate decides about the texts of one batch. A walk calls Resource once for
// each resource, before the slots that stand on it, then Add for each text, and
// Resolve once at the end.
//
// The strings of a Resource or Slot are borrowed: the gate must not keep them
// past Resolve. The Text of an Edit, on the other hand, is put into the data and
// must never change afterwards.
type Gate interface {
	Resource(field.Resource)
	Add(field.Slot)
	Resolve() (edits []field.Edit, drop []uint32)
}

// DefaultMaxDepth is the nesting that Limits allows unless it says otherwise.
const DefaultMaxDepth = 32

// Limits bounds a walk.
type Limits struct {
	// MaxDepth is how many maps and arrays may stand inside one another; a deeper
	// one becomes a tombstone. Zero means DefaultMaxDepth. Independent of it, a
	// value never nests deeper than protobuf decoders accept, which is 30 maps or
	// 45 arrays.
	MaxDepth int
	// DropTooDeep drops the record of such a value, on top of the tombstone; where
	// the value stands on a resource, scope or metric, that goes.
	DropTooDeep bool
}

// Stats counts what a walk saw and did. Records are log records, spans and data
// points; each has exactly one outcome, so that Clean, Masked, Tombstoned and
// Dropped add up to Records. An edit of a resource, scope or metric counts for
// none of its records.
type Stats struct {
	Records    int
	Clean      int
	Masked     int
	Tombstoned int
	Dropped    int
	// Bytes is the length of all texts handed to the gate.
	Bytes int64
	// Repaired is the number of strings in which invalid UTF-8 became U+FFFD.
	Repaired int
	// TooDeep is the number of values tombstoned for their depth and TooDeepBytes
	// the length of the keys, strings and bytes that went with them.
	TooDeep      int
	TooDeepBytes int64
	// MetricsDropped is the number of metrics dropped for a finding in their name
	// or unit; their data points count as Dropped.
	MetricsDropped int
	// Panicked says that the walk failed and the whole batch was scrubbed.
	Panicked bool
}

// Logs walks ld, which must be mutable and not in use elsewhere.
func Logs(g Gate, ld plog.Logs, lim Limits) Stats {
	w := borrow()
	w.logs.Logs = ld
	return w.run(g, field.Logs, &w.logs, lim)
}

// Traces walks td, which must be mutable and not in use elsewhere.
func Traces(g Gate, td ptrace.Traces, lim Limits) Stats {
	w := borrow()
	w.traces.Traces = td
	return w.run(g, field.Traces, &w.traces, lim)
}

// Metrics walks md, which must be mutable and not in use elsewhere.
func Metrics(g Gate, md pmetric.Metrics, lim Limits) Stats {
	w := borrow()
	w.metrics.Metrics = md
	return w.run(g, field.Metrics, &w.metrics, lim)
}

func (w *walker) run(g Gate, signal field.Signal, t tree, lim Limits) (stats Stats) {
	w.gate, w.signal, w.tree = g, signal, t
	w.maxDepth = lim.MaxDepth
	if w.maxDepth <= 0 {
		w.maxDepth = DefaultMaxDepth
	}
	w.dropTooDeep = lim.DropTooDeep
	// A walker that panicked is not given back: its tables are in no known state.
	defer func() {
		if recover() != nil {
			if t.hasReserved() {
				t.clear()
			}
			n := t.scrub()
			stats = Stats{Records: n, Tombstoned: n, Panicked: true}
			if signal == field.Metrics {
				stats.Tombstoned, stats.Dropped = 0, n
			}
		}
	}()
	t.admit()
	t.collect(w)
	edits, drop := g.Resolve()
	w.edit(edits)
	for _, r := range drop {
		w.marks[r] |= dropped
	}
	if len(drop) > 0 || w.stats.MetricsDropped > 0 || w.dropTooDeep && w.stats.TooDeep > 0 {
		t.prune(w)
	}
	w.countOutcomes()
	stats = w.stats
	w.giveBack()
	return stats
}

func (w *walker) countOutcomes() {
	for _, m := range w.marks {
		switch {
		case m&item == 0:
			continue
		case m&dropped != 0:
			w.stats.Dropped++
		case m&tombstoned != 0:
			w.stats.Tombstoned++
		case m&masked != 0:
			w.stats.Masked++
		default:
			w.stats.Clean++
		}
		w.stats.Records++
	}
}
