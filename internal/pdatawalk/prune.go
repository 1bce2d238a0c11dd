package pdatawalk

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/xpdata/entity"
)

// pruner repeats the numbering of collect while it removes.
type pruner struct {
	w    *walker
	next uint32
}

// removable is any of pdata's slices of messages.
type removable[E any] interface {
	Len() int
	RemoveIf(func(E) bool)
}

// prune removes the elements of s that are marked as dropped or all of them if
// what they stand in is gone. inner prunes what an element holds and reports
// whether it emptied it, which removes the element too. prune itself reports
// whether it emptied s: what was empty from the start stays.
func prune[E any](p *pruner, s removable[E], gone bool, inner func(e E, gone bool) bool) bool {
	had := s.Len()
	s.RemoveIf(func(e E) bool {
		m := &p.w.marks[p.next]
		p.next++
		if gone {
			*m |= dropped
		}
		drop := *m&dropped != 0
		emptied := inner != nil && inner(e, drop)
		return drop || emptied
	})
	return had > 0 && s.Len() == 0
}

func scrubResource(res pcommon.Resource) {
	res.Attributes().Clear()
	entity.ResourceEntityRefs(res).RemoveIf(func(entity.EntityRef) bool { return true })
}

func scrubScope(sc pcommon.InstrumentationScope) {
	sc.SetName("")
	sc.SetVersion("")
	sc.Attributes().Clear()
}
