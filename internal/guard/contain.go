package guard

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/airtight-telemetry/airtight/internal/action"
	"github.com/airtight-telemetry/airtight/internal/detect"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// containment is what a gate knows of the sources that are contained.
type containment struct {
	view     *finding.Containing
	by       string
	observer finding.ContainmentObserver // nil: nobody counts
	leaks    leaks
}

// ContainIn makes the gate contain sources of logs and traces: those that are ordered
// in the hub, where the policy follows orders, and those that make more findings than
// the policy allows. by names the gate to who reads that it contained one. told, which
// may be nil, learns of every change that concerns the gate; see Hub.Containing. It
// must be called before the first session, and the returned function at the end.
func (g *Guard) ContainIn(hub *finding.Hub, by string, told func(finding.ContainmentEvent)) (end func()) {
	c := &containment{by: by}
	c.observer, _ = g.observer.(finding.ContainmentObserver)
	c.view = hub.Containing(func(e finding.ContainmentEvent) {
		if e.Change == finding.ContainmentReleased {
			c.leaks.forget(source{e.Service, e.Namespace})
		}
		if told != nil {
			told(e)
		}
	})
	g.containment = c
	return c.view.Close
}

// Contained is how many sources the gate contains at present.
func (g *Guard) Contained() int {
	if g.containment == nil {
		return 0
	}
	ordered, own := g.containment.view.Count()
	f := g.force.Load()
	if f == nil {
		return 0
	}
	for _, s := range f.policy.Scopes() {
		if s.Contain().Orders {
			return ordered + own
		}
	}
	return own
}

// under ends the gate's own containments if the policy that is now in force has no
// limit. Orders stay: they are of the process.
func (c *containment) under(p *policy.Compiled) {
	if c == nil {
		return
	}
	for _, s := range p.Scopes() {
		if s.Contain().Over > 0 {
			return
		}
	}
	c.leaks.forgetAll()
	c.view.Withdraw(func(finding.Containment) bool { return false })
}

// containing is what a session knows of containment in its batch.
type containing struct {
	leaks []leak
	// before is what contained slots with a finding in their record were before: a
	// leak is the same leak while its source is contained. By the slot's Ref.
	before map[uint32]string
}

// leak is a number of findings under one resource.
type leak struct {
	resource int32 // its first slot
	n        int
}

func (c *containing) reset() {
	clear(c.before)
	*c = containing{leaks: c.leaks[:0], before: c.before}
}

// leaked counts what a rule found towards the limit of its source. Fields that the
// policy masks by their name are no findings of a value.
func (s *Session) leaked(sl *slot, id string, class rule.Class) {
	if s.guard.containment == nil || id == action.FieldID || !sl.scope.Contain().Counts(class) || !containable(sl.Place.Signal) {
		return
	}
	r, list := s.resourceOf(sl.index), s.containing.leaks
	if n := len(list); n > 0 && list[n-1].resource == r {
		list[n-1].n++
		return
	}
	s.containing.leaks = append(list, leak{r, 1})
}

// containable reports whether a signal has sources that are contained. A metric's
// texts are the names of its series, and those are masked for findings only.
func containable(s field.Signal) bool { return s == field.Logs || s == field.Traces }

// contain masks the texts of contained sources, after what was found in them was
// masked. A source that the batch at hand brings over its limit is contained from
// this batch on.
func (s *Session) contain() {
	c := s.guard.containment
	if c == nil {
		return
	}
	for _, l := range s.containing.leaks {
		s.count(c, l)
	}
	if !c.view.Any() {
		return
	}
	gone := s.gone()
	masked := false
	for k, from := range s.sources.resources {
		to := int32(len(s.slots))
		if k+1 < len(s.sources.resources) {
			to = s.sources.resources[k+1]
		}
		if from < to && s.contains(c, from) {
			masked = s.containResource(c, from, to, gone) || masked
		}
	}
	if masked {
		s.settle() // a skeleton may be what was not a neighbour's text
	}
}

// count adds findings to those of their source, and contains it where they are too many.
func (s *Session) count(c *containment, l leak) {
	limit, from := s.slots[l.resource].scope.Contain(), s.source(l.resource)
	total := c.leaks.add(from, l.n, limit.Within, s.now)
	if total <= limit.Over {
		return
	}
	// A source whose name can't be told or that is one too many stays with the masks
	// that it has.
	_ = c.view.Contain(finding.Containment{
		Service: from.service, Namespace: from.namespace, Until: s.now.Add(limit.For), By: c.by,
		Reason: fmt.Sprintf("%d findings within %s", total, policy.Duration(limit.Within)),
	})
}

// contains reports whether the source of a resource is contained here.
func (s *Session) contains(c *containment, resource int32) bool {
	sl := &s.slots[resource]
	if !containable(sl.Place.Signal) {
		return false
	}
	from := s.source(resource)
	ordered, own := c.view.Holds(from.service, from.namespace, s.now)
	limit := sl.scope.Contain()
	return ordered && limit.Orders || own && limit.Over > 0
}

// source is a source of telemetry, by the names that findings bear.
type source struct{ service, namespace string }

// source reads the names of a resource as its findings bear them: as they leave the gate.
func (s *Session) source(resource int32) (from source) {
	var cluster string
	for i := int(resource); i < len(s.slots) && resourceLevel(s.slots[i].Place.Part); i++ {
		sl := &s.slots[i]
		if sl.Kind != field.String || sl.Place.Part != field.ResourceAttribute {
			continue
		}
		var name *string
		switch sl.Place.Path {
		case "service.name":
			name = &from.service
		case "service.namespace":
			name = &from.namespace
		case "k8s.namespace.name":
			name = &cluster
		default:
			continue
		}
		if text, ok := s.current(sl); ok && *name == "" {
			*name = s.force.show(text)
		}
	}
	if from.namespace == "" {
		from.namespace = cluster
	}
	return from
}

// containResource masks what stands under one resource and reports whether there was
// anything to mask.
func (s *Session) containResource(c *containment, from, to int32, gone map[uint32]bool) bool {
	records, last, any := 0, uint32(0), false
	for i := from; i < to; i++ {
		sl := &s.slots[i]
		if gone[sl.Record] || !s.containSlot(i) {
			continue
		}
		if !shared(sl.Place.Part) && (records == 0 || sl.Record != last) {
			records, last = records+1, sl.Record
		}
		any = true
	}
	if records > 0 && c.observer != nil {
		c.observer.Contained(s.slots[from].Place.Signal, s.slots[from].service, records)
	}
	return any
}

// containSlot masks one text of a contained source.
func (s *Session) containSlot(i int32) bool {
	sl := &s.slots[i]
	if sl.Kind == field.Key || sl.Kind == field.Number {
		return false
	}
	before, ok := s.current(sl)
	if !ok {
		return false
	}
	text := s.contained(sl, before, true)
	if text == before {
		return false
	}
	// What stays must be what the rules leave as it is, or a second gate would not.
	if !s.settled(i, text) {
		if text = s.contained(sl, before, false); !s.settled(i, text) {
			text = containedMark
		}
	}
	if len(s.sources.sighted) > 0 {
		if s.containing.before == nil {
			s.containing.before = map[uint32]string{}
		}
		s.containing.before[sl.Ref] = before
	}
	sl.contained = true
	s.replace(sl, text, false)
	return true
}

// settled reports whether the rules would leave a text as it is in the place of a slot's.
func (s *Session) settled(i int32, text string) bool {
	if text == containedMark {
		return true
	}
	s.collect(&s.slots[i], text, s.again(i, text), false)
	return len(s.spans.hits) == 0
}

// plain gives up the skeleton of a contained slot in which something was found after
// all, between it and its neighbours.
func (s *Session) plain(i int32, text string, found []detect.Match) {
	sl := &s.slots[i]
	if s.collect(sl, text, found, false); len(s.spans.hits) == 0 {
		return
	}
	bare := s.contained(sl, text, false)
	if bare == text {
		bare = containedMark
	}
	s.replace(sl, bare, false)
}

// The leaks that are counted: of how many sources, and in how many steps a window moves.
const (
	maxLeaking  = 4096
	windowSteps = 16
)

// leaks counts the findings of sources. It is bounded: what is beyond is not counted
// until a source has been quiet for its window. It is safe for concurrent use.
type leaks struct {
	mu    sync.Mutex
	of    map[source]*window
	swept time.Time
}

// window counts what happened within a span of time, and in up to a sixteenth more of
// it: the steps it moves by.
type window struct {
	within time.Duration
	counts [windowSteps + 1]int
	newest int64 // the step that is counted in
}

// add counts n findings of a source and returns how many there were in the window.
func (l *leaks) add(from source, n int, within time.Duration, now time.Time) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.of[from]
	if w == nil {
		if len(l.of) >= maxLeaking && !l.sweep(now) {
			return 0
		}
		if l.of == nil {
			l.of = map[source]*window{}
		}
		w = &window{within: within}
		l.of[source{strings.Clone(from.service), strings.Clone(from.namespace)}] = w
	}
	if w.within != within {
		*w = window{within: within}
	}
	w.move(now)
	w.counts[w.newest%int64(len(w.counts))] += n
	return w.total()
}

// move lets steps go that have left the window. A clock that was set back counts on in
// the newest.
func (w *window) move(now time.Time) {
	step := now.UnixNano() / max(1, int64(w.within/windowSteps))
	for n := int64(len(w.counts)); w.newest < step && n > 0; n-- {
		w.newest = max(w.newest+1, step-n+1)
		w.counts[w.newest%int64(len(w.counts))] = 0
	}
}

func (w *window) total() (n int) {
	for _, c := range w.counts {
		n += c
	}
	return n
}

// sweepEvery keeps a flood of new names from making every batch look through all.
const sweepEvery = time.Second

// sweep forgets the sources that are quiet, and reports whether there is room again.
func (l *leaks) sweep(now time.Time) bool {
	if since := now.Sub(l.swept); 0 <= since && since < sweepEvery {
		return false
	}
	l.swept = now
	for from, w := range l.of {
		if w.move(now); w.total() == 0 {
			delete(l.of, from)
		}
	}
	return len(l.of) < maxLeaking
}

func (l *leaks) forget(from source) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.of, from)
}

func (l *leaks) forgetAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.of)
}
