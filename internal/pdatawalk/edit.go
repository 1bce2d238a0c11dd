package pdatawalk

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/airtight-telemetry/airtight/internal/field"
)

// change is an edit of a map or array itself rather than of a value in it.
type change struct {
	group uint32
	index uint32
	// seq keeps edits of one entry in the order in which the gate gave them.
	seq    uint32
	drop   bool
	rename bool
	key    string
}

// edit applies the gate's edits. Values are set first, in place; then maps and
// arrays are rebuilt from the inside out, which moves values and so would have
// made the handles of the first step stale; then entity references follow.
func (w *walker) edit(edits []field.Edit) {
	if len(edits) == 0 {
		return
	}
	var series seriesEdits
	if w.signal == field.Metrics {
		series = w.discriminate(edits)
	}
	for i, e := range edits {
		text := e.Text
		if s, ok := series.texts[i]; ok {
			text = s
		}
		l := w.locations[e.Ref>>1]
		w.markEdited(l, e.Op)
		switch {
		case l.group&ownerBit != 0:
			w.editField(l, e.Op, text)
		case e.Op == field.DropField:
			w.changes = append(w.changes, change{group: l.group, index: l.index, seq: uint32(i), drop: true})
		case e.Ref&1 == 1:
			w.changes = append(w.changes, change{group: l.group, index: l.index, seq: uint32(i), rename: true, key: valid(text)})
		default:
			setValue(l.value, e.Op, text)
		}
	}
	w.rebuild()
	for _, root := range series.bare {
		g := w.groups[root.group]
		g.entries.PutStr(SeriesAttribute, root.discriminator)
	}
	w.followEntities()
}

func (w *walker) markEdited(l location, op field.Op) {
	m := masked
	if op == field.Tombstone {
		m = tombstoned
	}
	w.marks[w.record(l)] |= m
}

// valid makes sure that no edit brings in what a protobuf decoder refuses.
func valid(text string) string { return strings.ToValidUTF8(text, string(utf8.RuneError)) }

func setValue(v pcommon.Value, op field.Op, text string) {
	switch t := v.Type(); {
	case op == field.Zero && t == pcommon.ValueTypeInt:
		v.SetInt(0)
	case op == field.Zero && t == pcommon.ValueTypeDouble:
		v.SetDouble(0)
	case op == field.Zero:
		v.SetStr("")
	case op == field.Replace && t == pcommon.ValueTypeBytes:
		v.Bytes().FromRaw([]byte(text))
	default:
		v.SetStr(valid(text))
	}
}

// editField edits what is no map entry and no array element.
func (w *walker) editField(l location, op field.Op, text string) {
	o := w.owners[l.group&^ownerBit]
	if o.kind == ownEntity {
		w.editEntity(o, l.index, op, fieldText(op, text))
		return
	}
	switch part := field.Part(l.index); part {
	case field.Body:
		if op == field.DropField {
			pcommon.NewValueEmpty().MoveTo(l.value)
			return
		}
		setValue(l.value, op, text)
	case field.MetricName, field.MetricUnit:
		if w.marks[o.record]&dropped == 0 {
			w.marks[o.record] |= dropped
			w.stats.MetricsDropped++
		}
	case field.TraceState, field.LinkTraceState:
		w.tree.setField(o, part, validTraceState(fieldText(op, text)))
	default:
		w.tree.setField(o, part, fieldText(op, text))
	}
}

// fieldText is what a string field that cannot go becomes.
func fieldText(op field.Op, text string) string {
	if op == field.DropField || op == field.Zero {
		return ""
	}
	return valid(text)
}

// rebuild applies the changes, innermost group first: groups are numbered from
// the outside in.
func (w *walker) rebuild() {
	slices.SortFunc(w.changes, func(a, b change) int {
		return cmp.Or(cmp.Compare(b.group, a.group), cmp.Compare(a.index, b.index), cmp.Compare(a.seq, b.seq))
	})
	for rest := w.changes; len(rest) > 0; {
		id := rest[0].group
		n := 1
		for n < len(rest) && rest[n].group == id {
			n++
		}
		g := &w.groups[id]
		switch {
		case g.isArray:
			removeElements(g.elements, rest[:n])
		case g.entities > 0:
			rewriteEntries(g.entries, rest[:n], w.entities.fates(g.entities-1))
		default:
			rewriteEntries(g.entries, rest[:n], nil)
		}
		rest = rest[n:]
	}
}

func removeElements(s pcommon.Slice, changes []change) {
	var i uint32
	s.RemoveIf(func(pcommon.Value) bool {
		drop := false
		for len(changes) > 0 && changes[0].index == i {
			drop = true
			changes = changes[1:]
		}
		i++
		return drop
	})
}
